import Foundation
import Testing

/// A model whose provider refuses everything does not hold up its run for ever.
@Suite struct RefusalTests {
    private func counts(_ batch: Batch, _ model: String) throws -> [Int] {
        try batch.query("SELECT ok, error + pending, running FROM progress WHERE model = '\(model)'").first?
            .compactMap { Int($0) } ?? []
    }

    /// What providers say of when to come again, sense or not.
    @Test(arguments: [
        (429, "", "rate_limited"), (429, #", "retry_after": "nan""#, "rate_limited"),
        (429, #", "retry_after": "Wed, 21 Oct 2015 07:28:00 GMT""#, "rate_limited"),
        (503, #", "retry_after": 1"#, "overloaded"),
    ])
    func itIsGivenUpAndTheOthersAreDone(status: Int, advice: String, kind: String) async throws {
        let refuses = "{\"fail\": {\"status\": \(status), \"message\": \"slow down\"\(advice)}}"
        let server = try await LoopbackServer(#"{"refuses": \#(refuses), "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write((1...20).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        let arguments = [
            "run", "p.jsonl", "--no-check", "-m", "refuses", "-m", "good", "--executor", "shared", "--max-wait", "3s",
            "--retries",
            "30",
        ]
        let run = try await batch.run(arguments)
        #expect(run.code == 1)
        #expect(run.err.contains("refuses: paused: refused every request for "), "\(run.err)")
        #expect(run.err.contains("  refuses: 20 cells left, paused: refused every request for "))
        #expect(run.err.contains("; later: nllm-batch work "))
        #expect(try counts(batch, "good") == [20, 0, 0])
        #expect(try counts(batch, "refuses") == [0, 20, 0])
        let status = try await batch.run("status", "--json")
        #expect(
            status.out.contains("{\"for\":\"\(kind)\",\"message\":\"paused: refused every request"))
    }

    @Test func laterItIsTriedOnceAndTakenUpWhenItAnswers() async throws {
        let server = try await LoopbackServer(#"{"refuses": {"fail": {"status": 429, "message": "slow down"}}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write((1...20).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        let options = ["--executor", "shared", "--max-wait", "2s"]
        let run = try await batch.run(
            ["run", "p.jsonl", "--no-check", "-m", "refuses", "--run", "r", "--retries", "0"] + options)
        #expect(run.code == 1)
        let requests = try server.requests().count
        let again = try await batch.run(["work", "r"] + options)
        #expect(again.code == 1)
        #expect(again.err.contains("paused: refused every request for "), "\(again.err)")
        #expect(try server.requests().count == requests + 1)

        // Resumed, it is given as much time as before.
        #expect(try await batch.run("resume", "r").err.contains("model refuses resumed"))
        #expect(try batch.query("SELECT pending FROM progress") == [["20"]])
        let resumed = try await batch.run(["work", "r"] + options)
        #expect(resumed.code == 1)
        #expect(try server.requests().count > requests + 2)

        // What has failed for the same reason is done again with the others.
        try await server.change(#"{"refuses": {}}"#)
        let work = try await batch.run(["work", "r"] + options).expectSuccess()
        #expect(work.err.contains("refuses: recovered"))
        #expect(try batch.query("SELECT ok, error, pending FROM progress") == [["20", "0", "0"]])
        #expect(try batch.query("SELECT refused_since FROM throttles") == [[""]])
        #expect(try batch.jsonLines("nllm-runs/r/results.jsonl").count == 20)
    }
}
