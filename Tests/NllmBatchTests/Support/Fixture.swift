import Foundation
import Testing

/// A database with its run folders as an earlier version left them, from Tests/Fixtures.
///
/// Tests/Support/make_fixtures.py makes them and says what they hold.
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
    func install(in batch: Batch) async throws {
        let script = """
            import pathlib, shutil, sqlite3, sys
            source, target, old = sys.argv[1:]
            shutil.copytree(source, target, dirs_exist_ok=True)
            root = pathlib.Path(target, "nllm-runs")
            for path in [*root.rglob("*.json"), *root.rglob("*.jsonl")]:
                path.write_bytes(path.read_bytes().replace(old.encode(), target.encode()))
            database = sqlite3.connect(root / "batch.db")
            tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            for (table,) in tables:
                for column in database.execute(f"PRAGMA table_info({table})").fetchall():
                    if column[2] == "TEXT":
                        name = column[1]
                        sql = f"UPDATE {table} SET {name} = replace({name}, ?, ?) WHERE instr({name}, ?)"
                        database.execute(sql, (old, target, old))
            database.commit()
            """
        let arguments = ["-c", script, "\(Self.root)/\(testDescription)", batch.directory, Self.place]
        let result = try await batch.command(Batch.venv + "/python", arguments)
        try #require(result.code == 0, "\(result.err)")
    }
}
