import Foundation
import Testing

/// A file that prompts of several suites name.
enum InputFile {
    /// The SHA-256 of the text `abc`.
    static let digestOfABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
}

extension Batch {
    /// Writes a prompt for each of these ids.
    func writePrompts(_ ids: [String], to name: String) throws {
        let lines = try ids.map { id in
            String(decoding: try JSONSerialization.data(withJSONObject: ["id": id, "prompt": "p"]), as: UTF8.self)
        }
        try write(lines.joined(separator: "\n"), to: name)
    }

    /// A column of prompts: what their answers are checked against.
    static let grading = "(SELECT content FROM gradings WHERE gradings.id = grading_id)"

    /// Columns of the prompts in their order; null is an empty text.
    func prompts(_ columns: String) throws -> [[String]] {
        try query("SELECT \(columns) FROM prompts WHERE live = 1 ORDER BY position")
    }

    /// The cells in their order, as `prompt model sample`.
    func cells() throws -> [String] {
        try query(
            """
            SELECT prompts.name || ' ' || models.label || ' ' || sample FROM cells
            JOIN prompts ON prompts.id = prompt_id JOIN models ON models.id = model_id
            WHERE cells.live = 1 ORDER BY cells.id
            """
        ).map { $0[0] }
    }
}
