/// The tokens that an answer cost, as `llm -u` reports them on standard error.
struct Usage: Sendable, Equatable {
    var input: Int?
    var output: Int?
    /// What the provider told beyond that, such as cached or reasoning tokens; the last report's.
    var details: JSONValue?

    private static let prefix = "Token usage: "

    /// Adds up the lines of all steps; nil when there is none that names a number.
    init?(stderr: String) {
        for line in stderr.split(whereSeparator: \.isNewline) where line.hasPrefix(Self.prefix) {
            let report = line.dropFirst(Self.prefix.count)
            // `1,234 input, 16 output, {"cached": 3}`
            let brace = report.firstIndex(of: "{") ?? report.endIndex
            for part in report[..<brace].replacing(", ", with: "\n").split(separator: "\n") {
                let words = part.split(separator: " ")
                guard words.count == 2, let number = Int(words[0].filter { $0 != "," }) else { continue }
                switch words[1] {
                case "input": input = (input ?? 0) + number
                case "output": output = (output ?? 0) + number
                default: break
                }
            }
            if brace < report.endIndex { details = try? JSONParser.parse(String(report[brace...])) }
        }
        if input == nil, output == nil { return nil }
    }
}
