import Foundation
import Testing

/// Answers that are there already are not asked for again, where that is wanted.
@Suite struct CacheTests {
    private func scene(_ behaviours: String = #"{"m": {}}"#) async throws -> (Batch, LoopbackServer) {
        let server = try await LoopbackServer(behaviours)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n\"three\"\n", to: "p.jsonl")
        return (batch, server)
    }

    private func run(_ batch: Batch, _ name: String, _ more: String...) async throws -> Batch.Result {
        try await batch.run(["run", "p.jsonl", "--no-check", "--run", name, "--executor", "shared"] + more)
    }

    @Test func aSecondRunMakesNoRequestAndOneEditedPromptMakesOne() async throws {
        let (batch, server) = try await scene()
        try await run(batch, "first", "-m", "m").expectSuccess()
        let second = try await run(batch, "second", "-m", "m", "--cache", "any").expectSuccess()
        #expect(second.err.contains("second: 3 cells answered from earlier runs, without a request"))
        #expect(try server.requests().count == 3)

        let earlier = try batch.jsonLines("nllm-runs/first/results.jsonl")
        let results = try batch.jsonLines("nllm-runs/second/results.jsonl")
        #expect(results.map { $0["text"] as? String } == earlier.map { $0["text"] as? String })
        let meta = try #require(results[0]["meta"] as? [String: Any])
        #expect(meta["cost_estimated"] as? Double == 0)
        let source = try #require(meta["cached_from"] as? [String: String])
        #expect(source["run"] == "first")
        #expect(source["prompt_id"] == "000001")
        #expect(source["finished_at"] == earlier[0]["finished_at"] as? String)

        try batch.write("\"one\"\n\"edited\"\n\"three\"\n", to: "p.jsonl")
        try await run(batch, "third", "-m", "m", "--cache", "any").expectSuccess()
        #expect(try server.requests().map(\.prompt).suffix(1) == ["edited"])
        #expect(try server.requests().count == 4)
        // What was taken from the second run is known by where it first came from.
        let third = try batch.jsonLines("nllm-runs/third/results.jsonl")
        #expect(((third[0]["meta"] as? [String: Any])?["cached_from"] as? [String: String])?["run"] == "first")
    }

    @Test func furtherSamplesOtherOptionsAndOldAnswersAreAskedFor() async throws {
        let (batch, server) = try await scene()
        try await run(batch, "first", "-m", "m", "--samples", "2").expectSuccess()
        try await run(batch, "samples", "-m", "m", "--samples", "2", "--cache", "any").expectSuccess()
        #expect(try server.requests().count == 6 + 3)
        try await run(batch, "options", "-m", "m[temperature=0.5]", "--cache", "any").expectSuccess()
        #expect(try server.requests().count == 9 + 3)
        // As if they had been given two hours ago.
        try batch.execute(
            """
            UPDATE attempts SET finished_at = finished_at - 7200000,
                cached_from = json_set(cached_from, '$.finished_ms', cached_from ->> 'finished_ms' - 7200000)
            """, in: "nllm-runs/batch.db")
        try await run(batch, "old", "-m", "m", "--cache", "1h").expectSuccess()
        #expect(try server.requests().count == 12 + 3)
        try await run(batch, "none", "-m", "m").expectSuccess()
        #expect(try server.requests().count == 15 + 3)
    }

    @Test func answersThatAreNotGoodAreNoAnswers() async throws {
        let (batch, server) = try await scene(#"{"m": {"finish_reason": "length"}}"#)
        try await run(batch, "first", "-m", "m").expectSuccess()
        let second = try await run(batch, "second", "-m", "m", "--cache", "any", "--fail-on", "truncated,empty")
        #expect(second.code == 1)
        #expect(try server.requests().count == 6)
        let results = try batch.jsonLines("nllm-runs/second/results.jsonl")
        #expect(results.allSatisfy { $0["status"] as? String == "error" })
        #expect(results.allSatisfy { ($0["failure"] as? [String: Any])?["kind"] as? String == "truncated" })
        #expect(results.allSatisfy { $0["exit_code"] as? Int == 0 })
    }

    @Test func aWorkerMayUseTheCacheForRunsThatDoNotSaySo() async throws {
        let (batch, server) = try await scene()
        try await run(batch, "first", "-m", "m").expectSuccess()
        _ = try await batch.run("enqueue", "p.jsonl", "--no-check", "-m", "m", "--run", "second")
        try await batch.run("work", "second", "--cache", "1d", "--executor", "shared").expectSuccess()
        #expect(try server.requests().count == 3)
    }
}
