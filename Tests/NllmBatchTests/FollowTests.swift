import Foundation
import Testing

/// `work --follow`: the worker that stands and takes what comes.
@Suite struct FollowTests {
    @Test func runsThatArriveAreDoneUntilItIsStopped() async throws {
        let server = try await LoopbackServer(#"{"good": {}, "held": {"until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n\"three\"\n", to: "p.jsonl")
        func enqueue(_ name: String, _ model: String = "good") async throws {
            try await batch.run("enqueue", "p.jsonl", "-m", model, "--no-check", "--run", name).expectSuccess()
        }
        func states() throws -> [String: String] {
            let rows = try batch.query(
                """
                SELECT name, CASE WHEN finished_at IS NOT NULL THEN 'finished' WHEN paused THEN 'paused' ELSE 'open' END
                FROM runs
                """)
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        }
        try await enqueue("first")
        let (lines, send) = AsyncStream.makeStream(of: String.self)
        let worker = try await RunningProcess(
            Batch.binary, ["work", "--follow", "-j", "2"], directory: batch.directory, environment: batch.environment
        ) { send.yield($0) }
        var told = lines.makeAsyncIterator()
        #expect(await told.next() == "\(batch.directory)/nllm-runs/first")
        // One that is paused waits, while others are done; it is taken up when it is resumed.
        try await enqueue("later", "held")
        try await eventually("two cells are asked") { try server.requests().count { $0.model == "held" } == 2 }
        try await batch.run("pause", "later").expectSuccess()
        try server.release()
        try await enqueue("second")
        #expect(await told.next() == "\(batch.directory)/nllm-runs/second")
        #expect(try states() == ["first": "finished", "second": "finished", "later": "paused"])
        #expect(try batch.query("SELECT pending FROM progress WHERE run = 'later'") == [["1"]])
        try await batch.run("resume", "later").expectSuccess()
        #expect(await told.next() == "\(batch.directory)/nllm-runs/later")
        // One that is cancelled ends, and its cells are not asked.
        try await enqueue("cancelled")
        try await batch.run("cancel", "cancelled").expectSuccess()
        // A run that ended and gets more to do is told again.
        try await batch.run("retry", "first", "--prompt", "000001", "--all").expectSuccess()
        let next = await told.next()
        #expect(next == "\(batch.directory)/nllm-runs/first" || next == "\(batch.directory)/nllm-runs/cancelled")

        worker.signal(SIGTERM)
        let end = try await worker.result()
        #expect(end.code == 143, "\(end.err)")
        try await enqueue("third")
        let again = try await batch.startAudibly("work", "--follow")
        try await eventually("the new worker has done it") { try states()["third"] == "finished" }
        try await eventually("it says so") { batch.said().contains("third: 3 ok") }
        again.signal(SIGINT)
        #expect(try await again.result().code == 130)
        #expect(try batch.jsonLines("nllm-runs/third/results.jsonl").count == 3)
        #expect(try batch.query("SELECT count(*) FROM workers WHERE ended_at IS NULL") == [["0"]])
    }

    @Test func aBlockedRunIsToldAndHoldsUpNoOther() async throws {
        let server = try await LoopbackServer(#"{"broken": {"fail": {"status": 401}}, "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write((1...8).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        let worker = try await batch.startAudibly("work", "--follow", "--json")
        try await batch.run("enqueue", "p.jsonl", "-m", "broken", "--no-check", "--run", "bad").expectSuccess()
        try await eventually("it is told") { batch.said().contains("bad: blocked, 3 error, 5 pending") }
        try await batch.run("enqueue", "p.jsonl", "-m", "good", "--no-check", "--run", "well").expectSuccess()
        try await eventually("the other is done") { batch.said().contains("well: 8 ok") }
        worker.signal(SIGTERM)
        let end = try await worker.result()
        let states = try end.lines.map { line in
            (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["state"] as? String
        }
        #expect(states.prefix(2) == ["blocked", "finished"])
    }

    @Test func aRunCannotBeNamed() async throws {
        let refused = try await Batch().run("work", "--follow", "r")
        #expect(refused.code == 64)
        #expect(refused.err == "error: `--follow` works on all runs; name none; see `nllm-batch work --help`\n")
    }
}
