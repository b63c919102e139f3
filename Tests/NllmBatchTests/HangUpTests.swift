import Foundation
import SystemPackage
import Testing

/// A terminal that is lost, and SIGQUIT.
@Suite(.enabled(if: OSProcess.tellsAll)) struct HangUpTests {
    /// Two cells of a model whose first answers never come.
    private func hanging(_ models: String = #"{"hangs": {"hang": true, "times": 1}}"#) async throws -> (
        Batch, LoopbackServer
    ) {
        let server = try await LoopbackServer(models)
        let batch = try Batch(userPath: server.userPath, extra: ["SWIFT_BACKTRACE": "enable=yes,color=no"])
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        let model = try #require(models.split(separator: "\"").dropFirst().first.map(String.init))
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", model, "--run", "main").expectSuccess()
        return (batch, server)
    }

    @Test(arguments: ["process", "shared"])
    func itPutsCellsInFlightBackAndWorkGoesOnLater(executor: String) async throws {
        let (batch, server) = try await hanging()
        let worker = try await batch.start("work", "--grace", "0", "--executor", executor)
        try await eventually("two cells hang") { try server.requests().count == 2 }
        worker.signal(SIGHUP)
        let stopped = try await worker.result()
        #expect(stopped.code == 129)
        #expect(stopped.err.contains("interrupted: 2 cells in flight went back to pending, 2 left"), "\(stopped.err)")
        #expect(OSProcess.marked(in: batch).isEmpty)
        #expect(try batch.query("SELECT DISTINCT outcome FROM attempts") == [["interrupted"]])
        try await batch.run("work", "--executor", executor).expectSuccess()
        #expect(try server.requestsByPrompt() == ["one": 2, "two": 2])
    }

    /// A shell passes it on, and the terminal sends it, too.
    @Test func severalAtOnceAreOneAndWhatIsAnsweredWithinTheGraceIsKept() async throws {
        let (batch, server) = try await hanging(#"{"slow": {"until": "go"}}"#)
        let worker = try await batch.startAudibly("work", "--grace", "300", "--executor", "fork")
        try await eventually("two cells are in flight") { try server.requests().count == 2 }
        for _ in 1...3 {
            worker.signal(SIGHUP)
            usleep(50_000)
        }
        try await eventually("the first is heard") { batch.said().contains("stopping; 2 cells in flight") }
        try server.release()
        #expect(try await worker.result().code == 129)
        #expect(batch.said().contains("interrupted: 0 cells in flight went back to pending, 0 left"), "\(batch.said())")
        #expect(try batch.query("SELECT DISTINCT status FROM cells") == [["ok"]])
    }

    @Test(
        arguments: [(SIGHUP, SIGTERM, 143), (SIGINT, SIGQUIT, 131), (SIGTERM, SIGHUP, 129)] as [(Int32, Int32, Int32)])
    func aSecondSignalEndsEverythingAtOnce(first: Int32, second: Int32, code: Int32) async throws {
        let (batch, server) = try await hanging()
        let worker = try await batch.startAudibly("work", "--grace", "600", "--executor", "fork")
        try await eventually("two cells hang") { try server.requests().count == 2 }
        worker.signal(first)
        try await eventually("the first signal is heard") {
            batch.said().contains("stopping; 2 cells in flight")
        }
        // Hang-ups that follow another signal at once belong to it.
        if second == SIGHUP { try await Task.sleep(for: .seconds(3)) }
        worker.signal(second)
        #expect(try await worker.result().code == code)
        try await eventually("nothing is left") { OSProcess.marked(in: batch).isEmpty }
    }

    @Test(arguments: ["process", "fork"])
    func quitEndsAWorkerAtOnceWithoutABacktrace(executor: String) async throws {
        let (batch, server) = try await hanging()
        let worker = try await batch.start("work", "--grace", "600", "--executor", executor)
        try await eventually("two cells hang") { try server.requests().count == 2 }
        worker.signal(SIGQUIT)
        let ended = try await worker.result()
        #expect(ended.code == 131)
        #expect(ended.err.hasSuffix("ended at once; cells in flight are done again by the next worker\n"))
        #expect(!ended.err.contains("acktrace"), "\(ended.err)")
        try await eventually("nothing is left") { OSProcess.marked(in: batch).isEmpty }
        try await batch.run("work", "--executor", executor).expectSuccess()
    }

    @Test func quitEndsAnyOtherCommandWithoutAWord() async throws {
        let batch = try Batch(extra: ["SWIFT_BACKTRACE": "enable=yes,color=no"])
        // It reads a pipe that nobody closes.
        let pipe = try FileDescriptor.pipe()
        let reader = try await RunningProcess(
            Batch.binary, ["enqueue", "-", "-m", "m", "--no-check"], directory: batch.directory,
            environment: batch.environment, inputDescriptor: pipe.readEnd)
        try await eventually("it has begun") { OSProcess.ignores(SIGPIPE, reader.pid) }
        reader.signal(SIGQUIT)
        let ended = try await reader.result()
        try pipe.writeEnd.close()
        #expect(ended.code == 128 + SIGQUIT)
        #expect(ended.err == "")
        #expect(!batch.exists("nllm-runs"))
    }

    @Test(arguments: ["process", "fork"])
    func underNohupItIsIgnoredByAll(executor: String) async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch.violent(server)
        let code = """
            import os, signal, time
            open("started", "w").close()
            while not os.path.exists("go"): time.sleep(0.02)
            say("ignored" if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else "not ignored")
            """
        try batch.write(prompts: [["prompt": code]])
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "code", "--run", "main").expectSuccess()
        let worker = try await batch.start(
            "/usr/bin/nohup", [Batch.binary, "work", "--executor", executor, "--grace", "0"])
        try await eventually("the cell is in flight") { batch.exists("started") }
        worker.signal(SIGHUP)
        for pid in OSProcess.marked(in: batch) { kill(pid, SIGHUP) }
        try await Task.sleep(for: .milliseconds(500))
        try batch.write("", to: "go")
        let work = try await worker.result().expectSuccess()
        #expect(!work.err.contains("stopping"))
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["text"] as? String } == ["ignored"])
        #expect(results.map { $0["attempts"] as? Int } == [1])
    }

    /// What it says then can't be written anywhere.
    @Test(arguments: [[], ["--json"]])
    func aTerminalThatIsGoneDoesNotHurtTheStop(options: [String]) async throws {
        let (batch, server) = try await hanging(#"{"slow": {"until": "go"}}"#)
        let script = """
            import os, pty, sys, time
            pid, terminal = pty.fork()
            if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
            while not os.path.exists("go"): time.sleep(0.02)
            os.close(terminal)
            open("closed", "w").close()
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """
        let terminal = try await batch.start(
            Batch.venv + "/python",
            ["-c", script, Batch.binary, "work", "--grace", "300", "--executor", "fork"] + options)
        try await eventually("two cells are in flight") { try server.requests().count == 2 }
        try batch.write("", to: "go")
        try await eventually("the terminal is gone") { batch.exists("closed") }
        try server.release()
        let result = try await terminal.result()
        #expect(result.out == "129\n", "\(result.err)")
        #expect(try batch.query("SELECT status, attempts FROM cells") == [["ok", "1"], ["ok", "1"]])
        #expect(try batch.jsonLines("nllm-runs/main/results.jsonl").count == 2)
    }
}

extension OSProcess {
    /// Whether a process ignores a signal, which nllm-batch does with SIGPIPE before anything else.
    fileprivate static func ignores(_ signal: Int32, _ pid: pid_t) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let ignored = status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }?.dropFirst(7)
        let mask = ignored.flatMap { UInt64($0.trimmingCharacters(in: .whitespaces), radix: 16) } ?? 0
        return mask & (1 << UInt64(signal - 1)) != 0
    }
}
