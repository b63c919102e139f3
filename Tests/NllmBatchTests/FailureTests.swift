import Foundation
import Testing

/// What becomes of a cell when the provider fails: the real `llm` against a server that fails as it is told.
///
/// One run is made, and all look at it.
@Suite(.serialized) struct FailureTests {
    /// One model of the table, how the server treats it, and what is recorded.
    private struct Case: Sendable {
        var model: String
        /// Nil for a model that nobody knows.
        var behaviour: String?
        /// The kind of each attempt's failure, with its HTTP status; an empty text for a good answer.
        var attempts: [String]
        /// Requests that the server saw, the SDK's own repetitions included.
        var requests: Int
        var status = "error"
        var exitCode = 1
        /// A part of the failure's message.
        var message: String?
    }

    private static let cases = [
        // The SDK tries three times by itself: the fourth request is our second attempt.
        Case(
            model: "rate-limited", behaviour: #"{"fail": {"status": 429, "times": 4, "retry_after": 1}}"#,
            attempts: ["rate_limited 429", ""], requests: 5, status: "ok", exitCode: 0),
        Case(
            model: "overloaded", behaviour: #"{"fail": {"status": 503, "times": 4, "retry_after": 0.1}}"#,
            attempts: ["overloaded 503", ""], requests: 5, status: "ok", exitCode: 0),
        Case(
            model: "unauthorized",
            behaviour: #"{"fail": {"status": 401, "message": "Incorrect API key provided: {key}. Find yours."}}"#,
            attempts: ["auth 401"], requests: 1, message: "Incorrect API key provided: ***REDACTED***"),
        Case(
            model: "forbidden", behaviour: #"{"fail": {"status": 403}}"#, attempts: ["auth 403"], requests: 1,
            message: "Error code: 403"),
        Case(
            model: "missing", behaviour: #"{"fail": {"status": 404}}"#, attempts: ["model_unknown 404"], requests: 1,
            message: "The model `missing` does not exist"),
        Case(
            model: "refused", behaviour: #"{"fail": {"status": 400, "message": "Bad parameter."}}"#,
            attempts: ["request 400"], requests: 1, message: "Bad parameter."),
        Case(
            model: "quota",
            behaviour: #"{"fail": {"status": 429, "code": "insufficient_quota", "retry_after": 0.1}}"#,
            attempts: ["quota 429"], requests: 3, message: "You exceeded your current quota"),
        Case(
            model: "reset-before", behaviour: #"{"reset": true, "times": 3}"#, attempts: ["network", ""], requests: 4,
            status: "ok", exitCode: 0),
        // Slow enough that the beginning is there before the reset, which would take it away.
        Case(
            model: "reset-amid", behaviour: #"{"answer_tokens": 8, "reset_after": 4, "token_ms": 500, "times": 1}"#,
            attempts: ["network", ""], requests: 2, status: "ok", exitCode: 0),
        Case(
            model: "error-amid", behaviour: #"{"stream_error": 1, "times": 1}"#, attempts: ["server", ""], requests: 2,
            status: "ok", exitCode: 0),
        Case(
            model: "nope-1", behaviour: nil, attempts: ["model_unknown"], requests: 0,
            message: "Unknown model: nope-1"),
        // The answer is kept, and the kind tells that nothing is in it.
        Case(
            model: "empty", behaviour: #"{"answer": ""}"#, attempts: ["empty"], requests: 1, status: "ok", exitCode: 0,
            message: "the answer is empty"),
    ]

    private static let key = "sk-loopback-0123456789abcdef"

    /// The table's run, which all tests look at.
    private struct Scene: Sendable {
        var batch: Batch
        var server: LoopbackServer
        var work: Batch.Result
    }

    private static let scene = Task {
        let hangs = #""hangs": {"answer_tokens": 5, "hang_after": 2, "token_ms": 20}"#
        let behaviours = cases.compactMap { one in one.behaviour.map { "\"\(one.model)\": \($0)" } }
        let server = try await LoopbackServer("{" + (behaviours + [hangs]).joined(separator: ",") + "}")
        let batch = try Batch(userPath: server.userPath)
        try batch.write("ping", to: "ping.txt")
        try await batch.run(
            "enqueue", "ping.txt", "-m", "hangs", "--run", "hanging", "--timeout", "30", "--retries", "0"
        ).expectSuccess()
        let models = cases.flatMap { ["-m", $0.model] }
        try await batch.run(["enqueue", "ping.txt", "--run", "table", "--no-check"] + models).expectSuccess()
        // A process of its own tries again by itself: what is counted here are all of its requests.
        let work = try await batch.run("work", "--concurrency", "4", "--executor", "process")
        return Scene(batch: batch, server: server, work: work)
    }

    @Test func theCommandSaysWhatHasFailed() async throws {
        let scene = try await Self.scene.value
        #expect(scene.work.code == 1)
        let folder = "\(scene.batch.directory)/nllm-runs"
        #expect(scene.work.lines == ["\(folder)/hanging", "\(folder)/table"])
        #expect(scene.work.err.contains("1 × request on refused: Error code: 400"))
        let results = try scene.batch.jsonLines("nllm-runs/table/results.jsonl")
        #expect(results.map { $0["model"] as? String } == Self.cases.map(\.model))
    }

    @Test(arguments: cases.indices)
    func aFailureIsRetriedOrFinalAsItsKindSaysAndIsRecorded(index: Int) async throws {
        let (one, scene) = (Self.cases[index], try await Self.scene.value)
        let name = Comment(rawValue: one.model)
        let results = try scene.batch.jsonLines("nllm-runs/table/results.jsonl")
        let result = try #require(results.first { $0["model"] as? String == one.model }, name)
        #expect(result["status"] as? String == one.status, name)
        #expect(result["exit_code"] as? Int == one.exitCode, name)
        #expect(result["attempts"] as? Int == one.attempts.count, name)
        #expect(try attempts(of: one.model, scene.batch) == one.attempts, name)
        #expect(try scene.server.requests().filter { $0.model == one.model }.count == one.requests, name)
        let failure = result["failure"] as? [String: Any]
        let words = try #require(one.attempts.last).split(separator: " ")
        #expect(failure?["kind"] as? String == words.first.map(String.init), name)
        #expect(failure?["http_status"] as? Int == words.dropFirst().first.flatMap { Int($0) }, name)
        if let message = one.message {
            let said = try #require(failure?["message"] as? String, name)
            #expect(said.contains(message), name)
        }
    }

    private func attempts(of model: String, _ batch: Batch) throws -> [String] {
        try batch.query(
            """
            SELECT trim(coalesce(failure_kind, '') || ' ' || coalesce(http_status, '')) FROM attempts
            JOIN cells ON cells.id = attempts.cell_id JOIN models ON models.id = cells.model_id
            WHERE number IS NOT NULL AND models.label = '\(model)' ORDER BY attempts.id
            """
        ).map { $0[0] }
    }

    @Test func aRateLimitIsWaitedForAsLongAsTheProviderAsks() async throws {
        let rows = try await Self.scene.value.batch.query(
            """
            SELECT max(started_at) - min(finished_at), max(retry_after) FROM attempts WHERE cell_id =
                (SELECT cells.id FROM cells JOIN models ON models.id = model_id WHERE label = 'rate-limited')
            """)
        let row = try #require(rows.first)
        let pause = try #require(Int(row[0]))
        #expect(pause >= 1000)
        #expect(row[1] == "1.0")
    }

    @Test func aTimeoutKeepsWhatHadArrived() async throws {
        let scene = try await Self.scene.value
        let result = try #require(try scene.batch.jsonLines("nllm-runs/hanging/results.jsonl").first)
        #expect(result["status"] as? String == "timeout")
        #expect(result["exit_code"] as? Int == -1)
        #expect(result["attempts"] as? Int == 1)
        let failure = try #require(result["failure"] as? [String: Any])
        #expect(failure["kind"] as? String == "timeout")
        #expect(failure["message"] as? String == "no answer within 30 s")
        let text = try #require(result["text"] as? String)
        #expect(text.split(separator: " ").count == 2, "\(text)")
        #expect(try scene.server.requests().filter { $0.model == "hangs" }.count == 1)
    }

    /// The provider quotes the key, but nothing that is kept or shown does.
    @Test func theKeyIsNeitherKeptNorShown() async throws {
        let scene = try await Self.scene.value
        let results = try scene.batch.jsonLines("nllm-runs/table/results.jsonl")
        let result = try #require(results.first { $0["model"] as? String == "unauthorized" })
        let tail = try #require(result["stderr_tail"] as? String)
        #expect(tail.contains("Incorrect API key provided: ***REDACTED***"))
        #expect(!scene.work.err.contains(Self.key))
        for (path, bytes) in try scene.batch.files(below: "nllm-runs") {
            #expect(bytes.range(of: Data(Self.key.utf8)) == nil, "\(path) holds the key")
        }
    }
}
