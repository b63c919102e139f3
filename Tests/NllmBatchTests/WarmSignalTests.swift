import Foundation
import Testing

/// What signals do to a worker whose cells run in warm Pythons.
@Suite(.enabled(if: OSProcess.tellsAll)) struct WarmSignalTests {
    @Test(arguments: [("fork", SIGINT, 130), ("shared", SIGTERM, 143)] as [(String, Int32, Int32)])
    func aSignalPutsCellsInFlightBackAndWorkGoesOnLater(executor: String, signal: Int32, code: Int32) async throws {
        // The first request of each prompt hangs, and a second one is answered.
        let server = try await LoopbackServer(#"{"first-hangs": {"hang": true, "times": 1}, "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            """
            {"prompt": "one", "models": ["first-hangs"]}
            {"prompt": "two", "models": ["first-hangs"]}
            {"prompt": "three", "models": ["good"]}
            """, to: "prompts.jsonl")
        try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "first-hangs", "-m", "good", "--run", "main", "--retries",
            "0"
        ).expectSuccess()
        let options = ["work", "main", "-j", "3", "--executor", executor]
        let worker = try await batch.start(Batch.binary, options + ["--grace", "0"])
        try await eventually("two cells hang and one is answered") {
            let answered = try batch.query("SELECT count(*) FROM cells WHERE status = 'ok'") == [["1"]]
            return try server.requests().count == 3 && answered
        }
        worker.signal(signal)
        let stopped = try await worker.result()
        #expect(stopped.code == code, "\(stopped.err)")
        #expect(stopped.out.isEmpty)
        #expect(stopped.err.contains("interrupted: 2 cells in flight went back to pending, 2 left"), "\(stopped.err)")
        #expect(OSProcess.marked(in: batch).isEmpty)
        let cells = try batch.query("SELECT status, attempts, tries FROM cells ORDER BY id")
        #expect(cells == [["pending", "0", "0"], ["pending", "0", "0"], ["ok", "1", "1"]])
        #expect(
            try batch.query("SELECT outcome, number FROM attempts") == [
                ["ok", "1"], ["interrupted", ""], ["interrupted", ""],
            ])

        try await batch.run(options).expectSuccess()
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["text"] as? String } == ["echo: one", "echo: two", "echo: three"])
        #expect(results.map { $0["attempts"] as? Int } == [1, 1, 1])
        #expect(try server.requestsByPrompt() == ["one": 2, "two": 2, "three": 1])
    }

    @Test(arguments: ["fork", "shared"]) func whatIsAnsweredWithinTheGracePeriodIsKept(executor: String) async throws {
        let server = try await LoopbackServer(#"{"slow": {"until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "slow", "--run", "main").expectSuccess()
        let worker = try await batch.startAudibly("work", "-j", "1", "--grace", "300", "--executor", executor)
        try await eventually("a cell is in flight") { try server.requests().count == 1 }
        worker.signal(SIGTERM)
        try await eventually("the signal is heard") { batch.said().contains("stopping; 1 cell in flight") }
        try server.release()
        #expect(try await worker.result().code == 143)
        #expect(batch.said().contains("interrupted: 0 cells in flight went back to pending, 1 left"))
        let cells = try batch.query("SELECT status, attempts FROM cells ORDER BY id")
        #expect(cells == [["ok", "1"], ["pending", "0"]])
        #expect(OSProcess.marked(in: batch).isEmpty)
    }

    @Test(arguments: ["fork", "shared"]) func aSecondSignalLeavesNothingNotEvenWhatCellsHaveStarted(
        executor: String
    ) async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch.violent(server)
        let code = """
            import subprocess
            child = subprocess.Popen(["sleep", "3600"], start_new_session=True)
            open("started", "w").close()
            child.wait()
            """
        try batch.write(prompts: [["prompt": code]])
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "blocking", "--run", "main").expectSuccess()
        let worker = try await batch.startAudibly("work", "--grace", "600", "--executor", executor)
        try await eventually("the cell has started something") { batch.exists("started") }
        worker.signal(SIGTERM)
        // Signals that come together are one.
        try await eventually("the first signal is heard") {
            batch.said().contains("stopping; 1 cell in flight")
        }
        worker.signal(SIGTERM)
        #expect(try await worker.result().code == 143)
        try await eventually("nothing is left") { OSProcess.marked(in: batch).isEmpty }
    }

    /// Service managers signal a worker and its processes together.
    @Test(arguments: ["fork", "shared"]) func cellsWhosePythonIsSignalledWithTheWorkerGoBackToPending(
        executor: String
    ) async throws {
        let server = try await LoopbackServer(#"{"hangs": {"hang": true}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        let enqueue = ["enqueue", "prompts.jsonl", "--no-check", "-m", "hangs", "--run", "main", "--retries", "0"]
        try await batch.run(enqueue).expectSuccess()
        let worker = try await batch.start("work", "-j", "2", "--grace", "0", "--executor", executor)
        try await eventually("two cells hang") { try server.requests().count == 2 }
        for pid in OSProcess.marked(in: batch) { kill(pid, SIGTERM) }
        worker.signal(SIGTERM)
        #expect(try await worker.result().code == 143)
        let cells = try batch.query("SELECT status, attempts FROM cells")
        #expect(cells == [["pending", "0"], ["pending", "0"]])
        #expect(OSProcess.marked(in: batch).isEmpty)
    }

    @Test func whatCellsHaveStartedEndsWithTheirWarmPython() async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch.violent(server)
        let code = """
            import os, subprocess
            if os.path.exists("pid"): say("at last")
            else:
                child = subprocess.Popen(["sleep", "3600"])
                with open("new", "w") as file: file.write(str(child.pid))
                os.rename("new", "pid")
                child.wait()
            """
        try batch.write(prompts: [["prompt": code]])
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "code", "--run", "main").expectSuccess()
        let worker = try await batch.start("work", "--executor", "fork")
        try await eventually("the cell has started something") { batch.exists("pid") }
        let started = try #require(pid_t(String(decoding: try batch.read("pid"), as: UTF8.self)))
        #expect(!OSProcess.isGone(started))
        for bridge in OSProcess.bridges(of: worker, in: batch) { kill(bridge, SIGKILL) }
        try await worker.result().expectSuccess()
        #expect(OSProcess.isGone(started))
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["text"] as? String } == ["at last"])
    }

    @Test(arguments: ["fork", "shared"]) func aSignalIsHeardWhileAWarmPythonStarts(executor: String) async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch.violent(
            server, atImport: "import time; open('importing', 'w').close(); time.sleep(3600)")
        try batch.write("ping", to: "ping.txt")
        try await batch.run("enqueue", "ping.txt", "--no-check", "-m", "good", "--run", "main").expectSuccess()
        let worker = try await batch.start("work", "--executor", executor)
        try await eventually("llm is being imported") { batch.exists("importing") }
        worker.signal(SIGINT)
        let stopped = try await worker.result()
        #expect(stopped.code == 130)
        #expect(stopped.err.contains("interrupted: 0 cells in flight went back to pending, 1 left"), "\(stopped.err)")
        #expect(!stopped.err.contains("executor"), "\(stopped.err)")
        #expect(OSProcess.marked(in: batch).isEmpty)
        #expect(try batch.query("SELECT count(*) FROM attempts") == [["0"]])
    }
}
