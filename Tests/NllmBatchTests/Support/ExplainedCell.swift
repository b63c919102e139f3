import Foundation
import Testing

/// What `explain` says about a cell.
struct ExplainedCell {
    let reason: String
    /// Each change as its part and name.
    let changes: [String]
    let members: [String: Any]
    /// The first line for people.
    let line: String

    /// Asks about one cell of a run, both for programs and for people.
    init(_ batch: Batch, _ run: String, _ prompt: String, model: String = "m") async throws {
        let arguments = ["explain", run, "--prompt", prompt, "-m", model]
        let json = try await batch.run(arguments + ["--json"]).expectSuccess()
        members = try #require(
            try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any], "\(json.out)")
        reason = try #require(members["reason"] as? String)
        let parts = try #require(members["changes"] as? [[String: Any]])
        changes = parts.map {
            "\($0["part"] ?? "") \($0["name"] as? String ?? "")".split(separator: " ").joined(separator: " ")
        }
        let text = try await batch.run(arguments).expectSuccess()
        line = text.lines.first ?? ""
        #expect(line.hasSuffix(members["text"] as? String ?? "?"))
        #expect(text.lines.allSatisfy { $0.count < 400 })
    }
}
