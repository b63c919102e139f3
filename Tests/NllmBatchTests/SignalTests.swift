import Foundation
import Testing

/// What signals do to a worker whose cells run in processes of their own.
@Suite struct SignalTests {
    private static let prompts = """
        {"prompt": "one", "models": ["first-hangs"]}
        {"prompt": "two", "models": ["first-hangs"]}
        {"prompt": "three", "models": ["good"]}
        """

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aSignalPutsCellsInFlightBackAndWorkGoesOnLater(signal: Int32, code: Int32) async throws {
        // The first request of each prompt hangs, and a second one is answered.
        let server = try await LoopbackServer(#"{"first-hangs": {"hang": true, "times": 1}, "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.prompts, to: "prompts.jsonl")
        try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "first-hangs", "-m", "good", "--run", "main", "--retries",
            "0"
        ).expectSuccess()
        let worker = try await batch.start("work", "main", "--concurrency", "3", "--grace", "0")
        try await eventually("two cells hang and one is answered") {
            let answered = try batch.query("SELECT count(*) FROM cells WHERE status = 'ok'") == [["1"]]
            return try server.requests().count == 3 && answered
        }
        worker.signal(signal)
        let stopped = try await worker.result()
        #expect(stopped.code == code)
        #expect(stopped.out.isEmpty)
        // The one that is recorded may not have been taken off the list yet.
        #expect(stopped.err.contains(/stopping; [23] cells in flight/))
        #expect(
            stopped.err.hasSuffix(
                "interrupted: 2 cells in flight went back to pending, 2 left; resume with: nllm-batch work main\n"))
        #expect(OSProcess.marked(in: batch).isEmpty)
        let cells = try batch.query("SELECT status, attempts, tries FROM cells ORDER BY id")
        #expect(cells == [["pending", "0", "0"], ["pending", "0", "0"], ["ok", "1", "1"]])
        let attempts = try batch.query("SELECT outcome, number FROM attempts")
        #expect(attempts == [["ok", "1"], ["interrupted", ""], ["interrupted", ""]])

        // The command that was named.
        try await batch.run("work", "main").expectSuccess()
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["text"] as? String } == ["echo: one", "echo: two", "echo: three"])
        #expect(results.map { $0["attempts"] as? Int } == [1, 1, 1])
        #expect(try server.requestsByPrompt() == ["one": 2, "two": 2, "three": 1])
    }

    @Test func whatIsAnsweredWithinTheGracePeriodIsKept() async throws {
        let server = try await LoopbackServer(#"{"slow": {"until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "slow", "--run", "main").expectSuccess()
        let worker = try await batch.startAudibly("work", "--concurrency", "1", "--grace", "300")
        try await eventually("a cell is in flight") { try server.requests().count == 1 }
        worker.signal(SIGTERM)
        try await eventually("the signal is heard") { batch.said().contains("stopping; 1 cell in flight") }
        try server.release()
        #expect(try await worker.result().code == 143)
        #expect(batch.said().contains("interrupted: 0 cells in flight went back to pending, 1 left"))
        let cells = try batch.query("SELECT status, attempts FROM cells ORDER BY id")
        #expect(cells == [["ok", "1"], ["pending", "0"]])
        try await batch.run("work").expectSuccess()
        #expect(try server.requestsByPrompt() == ["one": 1, "two": 1])
    }

    @Test func aSecondSignalEndsEverythingAtOnce() async throws {
        let server = try await LoopbackServer(#"{"first-hangs": {"hang": true, "times": 1}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "first-hangs", "--run", "main"
        ).expectSuccess()
        let worker = try await batch.startAudibly("work", "--grace", "600")
        try await eventually("two cells hang") { try server.requests().count == 2 }
        worker.signal(SIGINT)
        // Signals that come together are one.
        try await eventually("the first signal is heard") {
            batch.said().contains("stopping; 2 cells in flight")
        }
        worker.signal(SIGINT)
        #expect(try await worker.result().code == 130)
        #expect(batch.said().hasSuffix("ended at once; cells in flight are done again by the next worker\n"))
        try await eventually("no llm is left") { OSProcess.marked(in: batch).isEmpty }

        let work = try await batch.run("work").expectSuccess()
        #expect(work.err.contains("2 cells of worker \(worker.pid), which is gone, requeued"))
        #expect(try server.requestsByPrompt() == ["one": 2, "two": 2])
        #expect(try batch.jsonLines("nllm-runs/main/results.jsonl").map { $0["attempts"] as? Int } == [1, 1])
    }

    /// Service managers signal a worker and its children together.
    @Test func cellsWhoseProcessesAreSignalledWithTheWorkerGoBackToPending() async throws {
        let llm = try Batch.fakeLLM("[ \"$1\" = -m ] || exit 0; echo $$ >> \"$HOME/pids\"; exec sleep 600")
        let batch = try Batch(llm: llm)
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "m", "--retries", "0").expectSuccess()
        let worker = try await batch.start("work", "--concurrency", "2", "--grace", "0")
        var pids: [pid_t] = []
        try await eventually("both cells run") {
            let text = String(decoding: (try? batch.read("pids")) ?? Data(), as: UTF8.self)
            pids = text.split(separator: "\n").compactMap { pid_t($0) }
            return pids.count == 2
        }
        for pid in pids { kill(pid, SIGTERM) }
        worker.signal(SIGTERM)
        #expect(try await worker.result().code == 143)
        #expect(try batch.query("SELECT status, attempts FROM cells") == [["pending", "0"], ["pending", "0"]])
    }
}
