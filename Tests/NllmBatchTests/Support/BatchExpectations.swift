import Foundation
import Testing

extension Batch {
    /// Runs a command and expects that it ends with that error, prints nothing, and leaves every file as it was.
    func refuses(
        _ arguments: String..., code: Int32, error: String, input: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await refuses(arguments, code: code, error: error, input: input, sourceLocation: sourceLocation)
    }

    /// Runs a command and expects that it ends with that error, prints nothing, and leaves every file as it was.
    ///
    /// `database` is what `NLLM_BATCH_DB` names, if anything.
    func refuses(
        _ arguments: [String], code: Int32, error: String, input: String = "", database: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = listing()
        let environment = database.map { ["NLLM_BATCH_DB": $0] } ?? [:]
        let result = try await run(arguments, input: input, environment: environment)
        #expect(result.code == code, sourceLocation: sourceLocation)
        #expect(result.out == "", sourceLocation: sourceLocation)
        #expect(result.err == error + "\n", sourceLocation: sourceLocation)
        #expect(changes(since: before) == [], sourceLocation: sourceLocation)
    }

    /// Everything below the scratch folder, with what files hold.
    ///
    /// Left out are the folder of `llm` and what SQLite keeps beside our database while it is open.
    func listing() -> [String: Data] {
        var found: [String: Data] = [:]
        for case let path as String in FileManager.default.enumerator(atPath: directory) ?? .init()
        where !path.hasPrefix("llm-user") && !path.contains("batch.db-") {
            found[path] = (try? read(path)) ?? Data()
        }
        return found
    }

    /// The paths of what came, went or changed.
    func changes(since before: [String: Data]) -> [String] {
        let now = listing()
        return Set(before.keys).union(now.keys).filter { before[$0] != now[$0] }.sorted()
    }

    /// Runs statements on an SQLite file, which is made if it isn't there.
    func execute(_ sql: String, in database: String) async throws {
        let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
        let result = try await command(Self.venv + "/python", ["-c", script, directory + "/" + database, sql])
        try #require(result.code == 0, "\(result.err)")
    }
}
