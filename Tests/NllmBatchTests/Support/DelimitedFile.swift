import Foundation

/// Writes rows as CSV or TSV, as a spreadsheet would.
struct DelimitedFile {
    var delimiter = ","
    var end = "\n"
    /// Whether cells are in quotes that need none.
    var quotesAll = false

    /// The text of rows; nil is an empty cell.
    func text(_ rows: [[String?]]) -> String {
        rows.map { $0.map(cell).joined(separator: delimiter) + end }.joined()
    }

    private func cell(_ text: String?) -> String {
        guard let text else { return "" }
        let needsQuotes = text.isEmpty || text.unicodeScalars.contains { "\"\r\n,;\t".unicodeScalars.contains($0) }
        return quotesAll || needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
