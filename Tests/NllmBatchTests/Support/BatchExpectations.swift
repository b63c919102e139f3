import Foundation
import Testing

extension Batch.Result {
    /// Expects that the command has succeeded; else what it said is told.
    @discardableResult
    func expectSuccess(_ note: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) -> Self {
        #expect(code == 0, words(note), sourceLocation: sourceLocation)
        return self
    }

    /// Throws unless the command has succeeded.
    @discardableResult
    func requireSuccess(_ note: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws -> Self {
        try #require(code == 0, words(note), sourceLocation: sourceLocation)
        return self
    }

    private func words(_ note: Comment?) -> Comment {
        "\(err.isEmpty ? out : err)\(note.map { "; \($0)" } ?? "")"
    }
}

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

    /// Enqueues as the new run `r` and expects that it says so.
    func enqueue(
        _ arguments: String..., says cells: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await run(["enqueue"] + arguments + ["--run", "r"]).expectSuccess(
            sourceLocation: sourceLocation)
        #expect(result.out == "r\n", sourceLocation: sourceLocation)
        #expect(result.err.hasPrefix("\(cells) in new run r\nestimate for "), sourceLocation: sourceLocation)
    }
}
