import Foundation
import Testing

/// `work --follow`: the worker that stands and takes what comes.
@Suite struct FollowTests {
    private func scene(_ prompts: Int) async throws -> (Batch, LoopbackServer) {
        let server = try await LoopbackServer(
            #"{"good": {}, "held": {"until": "go"}, "broken": {"fail": {"status": 401}}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write((1...prompts).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        return (batch, server)
    }

    private func enqueue(_ name: String, _ model: String, _ batch: Batch) async throws {
        try await batch.run("enqueue", "p.jsonl", "-m", model, "--no-check", "--run", name).expectSuccess()
    }

    @Test func runsThatArriveAreDoneWhateverBecomesOfOthers() async throws {
        let (batch, server) = try await scene(3)
        try await enqueue("first", "good", batch)
        let (lines, send) = AsyncStream.makeStream(of: String.self)
        let worker = try await RunningProcess(
            Batch.binary, ["work", "--follow", "-j", "2"], directory: batch.directory, environment: batch.environment
        ) { send.yield($0) }
        var told = lines.makeAsyncIterator()
        #expect(await told.next() == "\(batch.directory)/nllm-runs/first")
        // One that is paused waits, while others are done; it is taken up when it is resumed.
        try await enqueue("later", "held", batch)
        try await eventually("two cells are asked") { try server.requests().count { $0.model == "held" } == 2 }
        try await batch.run("pause", "later").expectSuccess()
        try server.release()
        try await enqueue("second", "good", batch)
        #expect(await told.next() == "\(batch.directory)/nllm-runs/second")
        #expect(try batch.query("SELECT name FROM runs WHERE finished_at IS NULL AND paused") == [["later"]])
        #expect(try batch.query("SELECT pending FROM progress WHERE run = 'later'") == [["1"]])
        try await batch.run("resume", "later").expectSuccess()
        #expect(await told.next() == "\(batch.directory)/nllm-runs/later")
        // One that is cancelled ends, and its cells are not asked.
        try await enqueue("cancelled", "good", batch)
        try await batch.run("cancel", "cancelled").expectSuccess()
        // A run that ended and gets more to do is told again.
        try await batch.run("retry", "first", "--prompt", "000001", "--all").expectSuccess()
        let next = await told.next()
        #expect(next == "\(batch.directory)/nllm-runs/first" || next == "\(batch.directory)/nllm-runs/cancelled")
        worker.signal(SIGTERM)
        let end = try await worker.result()
        #expect(end.code == 143, "\(end.err)")
    }

    @Test func stoppedAndStartedAgainItGoesOn() async throws {
        let (batch, server) = try await scene(3)
        for (name, signal, code) in [("one", SIGTERM, 143), ("two", SIGINT, 130)] as [(String, Int32, Int32)] {
            // The first time there is no database yet.
            let worker = try await batch.startAudibly("work", "--follow")
            try await eventually("there is a database") { batch.exists("nllm-runs/batch.db") }
            try await enqueue(name, "good", batch)
            try await eventually("it is told") { batch.said().contains("\(name): 3 ok") }
            worker.signal(signal)
            #expect(try await worker.result().code == code)
            #expect(try batch.jsonLines("nllm-runs/\(name)/results.jsonl").count == 3)
        }
        #expect(try server.requests().count == 6)
        #expect(try batch.query("SELECT count(*) FROM workers WHERE ended_at IS NULL") == [["0"]])
    }

    @Test func aRunThatEndsIsToldWhileOthersAreStillWorkedOn() async throws {
        let (batch, server) = try await scene(1)
        for model in ["held", "good"] { try await enqueue(model, model, batch) }
        let worker = try await batch.startAudibly("work", "--follow", "-j", "2")
        try await eventually("it is told") { batch.said().contains("good: 1 ok") }
        #expect(try batch.query("SELECT running FROM progress WHERE run = 'held'") == [["1"]])
        try server.release()
        try await eventually("the other is told") { batch.said().contains("held: 1 ok") }
        worker.signal(SIGTERM)
        #expect(try await worker.result().code == 143)
    }

    @Test func aBlockedRunIsToldAndHoldsUpNoOther() async throws {
        let (batch, server) = try await scene(8)
        let worker = try await batch.startAudibly("work", "--follow", "--json")
        try await enqueue("bad", "broken", batch)
        try await eventually("it is told") { batch.said().contains("bad: blocked, 3 error, 5 pending") }
        try await enqueue("well", "good", batch)
        try await eventually("the other is done") { batch.said().contains("well: 8 ok") }
        worker.signal(SIGTERM)
        let end = try await worker.result()
        let states = try end.lines.map { line in
            (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["state"] as? String
        }
        #expect(states.prefix(2) == ["blocked", "finished"])
        #expect(try server.requests().count { $0.model == "good" } == 8)
    }

    @Test func aRunCannotBeNamed() async throws {
        let refused = try await Batch().run("work", "--follow", "r")
        #expect(refused.code == 64)
        #expect(refused.err == "error: `--follow` works on all runs; name none; see `nllm-batch work --help`\n")
    }
}
