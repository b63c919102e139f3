import Foundation
import Testing

/// A model that can't be used costs a few requests, is told of everywhere, and holds up no other.
@Suite struct BrokenModelTests {
    private let message = "Error code: 401 - Incorrect API key provided"

    private func counts(_ batch: Batch, _ model: String) throws -> [String] {
        try batch.query("SELECT ok, error, pending FROM progress WHERE model = '\(model)'").first ?? []
    }

    @Test func itStopsAfterThreeFailuresInARowAndGoesOnOnceItIsMended() async throws {
        let server = try await LoopbackServer(#"{"broken": {"fail": {"status": 401}}, "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write((1...60).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        let run = try await batch.run(
            "run", "p.jsonl", "--no-check", "-m", "broken", "-m", "good", "--executor", "shared", "-j", "8")
        #expect(run.code == 1)
        let requests = try server.requests().count { $0.model == "broken" }
        #expect(requests <= 3 + 8)
        #expect(try counts(batch, "good") == ["60", "0", "0"])
        #expect(try counts(batch, "broken") == ["0", "3", "57"])

        // The reason stands in the messages, the summary, the status, the cells and the results.
        #expect(run.err.contains("broken: paused after repeated auth failures: \(message)"))
        #expect(run.err.contains("  broken: 57 cells left, paused after repeated auth failures: \(message)"))
        let status = try await batch.run("status")
        #expect(status.out.contains("broken: paused after repeated auth failures: \(message)"))
        let name = try batch.query("SELECT name FROM runs")[0][0]
        let show = try await batch.run("show", name, "-m", "broken")
        #expect(show.out.contains("[broken 000060] pending\n  prompt:\n    | prompt 60\n  model paused after repeated"))
        let results = try batch.jsonLines("nllm-runs/\(name)/results.jsonl")
        let failures = results.compactMap { ($0["failure"] as? [String: Any])?["kind"] as? String }
        #expect(failures == ["auth", "auth", "auth"])

        // A worker that is sent to it tries once, and no more.
        let work = ["work", name, "--executor", "shared", "-j", "8"]
        let again = try await batch.run(work)
        #expect(again.code == 1)
        #expect(try server.requests().count { $0.model == "broken" } == requests + 1)
        #expect(try counts(batch, "broken") == ["0", "3", "57"])

        try await server.change(#"{"broken": {}, "good": {}}"#)
        let mended = try await batch.run(work).expectSuccess()
        #expect(mended.err.contains("broken: recovered"))
        #expect(try counts(batch, "broken") == ["60", "0", "0"])
        #expect(try server.requests().count { $0.model == "good" } == 60)
        #expect(try batch.jsonLines("nllm-runs/\(name)/results.jsonl").count == 120)
    }

    @Test func resumeTakesItUpWithTheCellsThatFailed() async throws {
        let server = try await LoopbackServer(#"{"broken": {"fail": {"status": 404}}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write((1...20).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        let run = try await batch.run(
            "run", "p.jsonl", "--no-check", "-m", "broken", "--run", "r", "--executor", "shared")
        #expect(run.code == 1)
        #expect(try counts(batch, "broken") == ["0", "3", "17"])
        try await server.change(#"{"broken": {}}"#)
        let resume = try await batch.run("resume", "r")
        #expect(resume.err == "run r resumed\nmodel broken resumed\ncontinue with: nllm-batch work r\n")
        #expect(try counts(batch, "broken") == ["0", "0", "20"])
        #expect(try batch.jsonLines("nllm-runs/r/results.jsonl").isEmpty)
        try await batch.run("work", "r", "--executor", "shared").expectSuccess()
        #expect(try counts(batch, "broken") == ["20", "0", "0"])
    }

    @Test func aCellThatFailsInTheSameWordsIsTriedThreeTimes() async throws {
        let server = try await LoopbackServer(#"{"same": {"fail": {"status": 500}}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"prompt\"\n", to: "p.jsonl")
        let run = try await batch.run(
            "run", "p.jsonl", "--no-check", "-m", "same", "--retries", "10", "--executor", "shared", "--run", "r")
        #expect(run.code == 1)
        #expect(try server.requests().count == 3)
    }
}
