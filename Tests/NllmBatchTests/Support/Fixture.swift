import Foundation
import Testing

/// A database with its run folders as an earlier version left them, from Tests/Fixtures.
///
/// scripts/make-fixture makes them and says what they hold.
struct Fixture: Sendable, CustomTestStringConvertible {
    /// The newest migration of the version that made it.
    let version: String
    /// What was done before it was kept.
    let state: String

    var testDescription: String { "\(version)/\(state)" }

    private static let root = Batch.packageRoot + "/Tests/Fixtures"
    /// Where all paths in it began when it was made.
    private static let place = "/tmp/nllm-batch-fixture"

    /// The fixtures of that state, one for each version.
    static func all(_ state: String) -> [Fixture] {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.sorted().map { Fixture(version: $0, state: state) }
            .filter { FileManager.default.fileExists(atPath: "\(root)/\($0.testDescription)") }
    }

    /// Copies it into a scratch folder, whose path takes the place of the one that it was made in.
    func install(in batch: Batch) throws {
        let source = "\(Self.root)/\(testDescription)"
        for name in try FileManager.default.contentsOfDirectory(atPath: source) {
            try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(batch.directory)/\(name)")
        }
        for (name, data) in try batch.files(below: "nllm-runs")
        where name.hasSuffix(".json") || name.hasSuffix(".jsonl") {
            let text = String(decoding: data, as: UTF8.self)
            try batch.write(text.replacing(Self.place, with: batch.directory), to: "nllm-runs/\(name)")
        }
        let columns = try batch.query(
            """
            SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
            WHERE tables.type = 'table' AND columns.type = 'TEXT'
            """)
        let updates = columns.map { column in
            "UPDATE \(column[0]) SET \(column[1]) = replace(\(column[1]), '\(Self.place)', '\(batch.directory)') "
                + "WHERE instr(\(column[1]), '\(Self.place)');"
        }
        try batch.execute(updates.joined(), in: "nllm-runs/batch.db")
    }
}
