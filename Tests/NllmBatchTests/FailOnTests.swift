import Foundation
import Testing

/// Answers that are not good count as failures where that is asked for.
@Suite struct FailOnTests {
    private static let behaviours =
        #"{"cut": {"finish_reason": "length"}, "blank": {"answer": ""}, "withheld": {"finish_reason": "content_filter"}}"#

    private func results(_ batch: Batch, _ run: String) throws -> [String] {
        try batch.jsonLines("nllm-runs/\(run)/results.jsonl").map { result in
            let failure = result["failure"] as? [String: Any]
            return "\(result["status"] ?? "") \(failure?["kind"] ?? "")"
        }
    }

    @Test func forkTellsHowAnAnswerEndedToWhoAsks() async throws {
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n", to: "p.jsonl")
        let models = ["-m", "cut", "-m", "blank", "-m", "withheld", "--executor", "fork"]
        try await batch.run(["run", "p.jsonl", "--no-check", "--run", "plain"] + models).expectSuccess()
        #expect(try results(batch, "plain") == ["ok ", "ok empty", "ok "])
        let strict = try await batch.run(
            ["run", "p.jsonl", "--no-check", "--run", "strict", "--fail-on", "truncated,empty,filtered"] + models)
        #expect(strict.code == 1)
        #expect(try results(batch, "strict") == ["error truncated", "error empty", "error filtered"])
        #expect(try server.requests().count == 6)
    }

    @Test func aWorkerMayAskForMoreThanItsRun() async throws {
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n", to: "p.jsonl")
        _ = try await batch.run(
            "enqueue", "p.jsonl", "--no-check", "--run", "r", "-m", "cut", "-m", "blank", "--fail-on", "empty")
        let work = try await batch.run("work", "r", "--fail-on", "truncated", "--executor", "shared")
        #expect(work.code == 1)
        #expect(try results(batch, "r") == ["error truncated", "ok empty"])
    }
}
