import Foundation
import Testing

/// Cells that share a warm Python leave each other alone, whatever one of them does.
@Suite(.serialized, .enabled(if: OSProcess.tellsAll)) struct IsolationTests {
    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"

    /// A cell that runs Python, and what is expected of it.
    private struct Case {
        var id: String
        var code: String
        var status = "ok"
        var kind: String?
        var attempts = 1
        var text: @Sendable (String) -> Bool = { $0.isEmpty }
    }

    /// A finished run of such cells among quiet ones.
    private struct Run {
        var batch: Batch
        var work: Batch.Result
    }

    private static let quiet = (1...30).map { "quiet \($0)" }

    /// Runs cells among quiet ones, all at once as far as that goes, and checks the results.
    private func run(
        _ cases: [Case], executor: String, timeout: Int = 300
    ) async throws -> Run {
        let server = try await LoopbackServer(#"{"good": {"delay_ms": 50}}"#)
        let batch = try Batch.violent(server)
        let hard = cases.map { ["id": $0.id, "prompt": $0.code, "models": ["code"]] as [String: Any] }
        try batch.write(prompts: hard + Self.quiet.map { ["id": $0, "prompt": $0, "models": ["good"]] })
        let enqueue = try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "code", "-m", "good", "--run", "main", "--retries", "1")
        #expect(enqueue.code == 0, "\(enqueue.err)")
        let work = try await batch.run("work", "-j", "6", "--executor", executor, "--timeout", String(timeout))
        let failed = cases.contains { $0.status != "ok" }
        #expect(work.code == (failed ? 1 : 0), "\(work.err)")
        #expect(OSProcess.marked(in: batch).isEmpty)
        let lines = try batch.jsonLines("nllm-runs/main/results.jsonl")
        let results = Dictionary(grouping: lines) { $0["prompt_id"] as? String ?? "" }
        for prompt in Self.quiet {
            let result = try #require(results[prompt]?.first)
            #expect(result["text"] as? String == "echo: \(prompt)\n")
            #expect(result["attempts"] as? Int == 1, "\(prompt)")
        }
        for one in cases {
            let result = try #require(results[one.id]?.first)
            let note: Comment = "\(one.id): \(result.filter { $0.key != "text" && $0.key != "command" })"
            #expect(result["status"] as? String == one.status, note)
            #expect((result["failure"] as? [String: Any])?["kind"] as? String == one.kind, note)
            #expect(result["attempts"] as? Int == one.attempts, note)
            #expect(one.text(result["text"] as? String ?? ""), note)
        }
        return Run(batch: batch, work: work)
    }

    @Test func aForkedCellThatFloodsClosesOrLeavesADaemonDisturbsNobody() async throws {
        let lines = Self.isLong ? 1000 : 20
        let run = try await run(
            [
                Case(
                    id: "flood",
                    code: "import sys\nfor _ in range(\(lines)): sys.stdout.write('x' * 99_999 + '\\n')\nsay('end')",
                    text: { $0.utf8.count == lines * 100_000 + 4 && $0.hasSuffix("x\nend\n") }),
                // As a cold `llm`, whose last write fails.
                Case(
                    id: "closed",
                    code: """
                        import os
                        os.close(1)
                        try: os.write(1, b"late")
                        except OSError: open("refused", "w").close()
                        say("unheard")
                        """, status: "error", kind: "crashed", attempts: 2),
                Case(
                    id: "daemon",
                    code: """
                        import os, time
                        if os.fork() == 0:
                            os.setsid()
                            if os.fork() == 0:
                                open("daemon", "w").close()
                                try:
                                    while True:
                                        os.write(1, b"from the daemon\\n")
                                        time.sleep(0.01)
                                except OSError:
                                    open("daemon-ended", "w").close()
                            os._exit(0)
                        while not os.path.exists("daemon"): time.sleep(0.01)
                        say("without the daemon")
                        """, text: { $0.contains("without the daemon\n") }),
                Case(
                    id: "noise", code: "import os\nos.write(1, b'{\\xff\\n')\nsay('fine')",
                    text: { $0 == "{\u{FFFD}\nfine\n" }),
                Case(
                    id: "thread",
                    code:
                        "import threading, time\nthreading.Thread(target=time.sleep, args=(0.5,)).start()\nsay('fine')",
                    text: { $0 == "fine\n" }),
                Case(id: "exit", code: "import os\nos._exit(0)", kind: "empty"),
                Case(
                    id: "exit with a code", code: "import os\nos._exit(9)", status: "error", kind: "crashed",
                    attempts: 2),
                Case(
                    id: "killed", code: "import os\nos.kill(os.getpid(), 9)", status: "error", kind: "crashed",
                    attempts: 2),
                Case(id: "raise", code: "raise ValueError('wrong')", status: "error", kind: "server", attempts: 2),
            ], executor: "fork", timeout: 1200)
        #expect(run.batch.exists("refused"))
        try await eventually("the daemon's pipe is closed") { run.batch.exists("daemon-ended") }
        let crashed = try await run.batch.query("SELECT count(*) FROM attempts WHERE outcome = 'interrupted'")
        #expect(crashed == [["0"]])
        #expect(!run.work.err.contains("executor process"))
    }

    @Test func aForkedCellThatIgnoresSIGTERMIsKilled() async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch.violent(server)
        let deaf = """
            import signal, subprocess, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            subprocess.Popen(["sleep", "3600"])
            while True: time.sleep(1)
            """
        try batch.write(prompts: [["prompt": deaf, "models": ["code"]], ["prompt": "later", "models": ["good"]]])
        let enqueue = try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "code", "-m", "good", "--run", "main", "--retries", "0")
        #expect(enqueue.code == 0, "\(enqueue.err)")
        let work = try await batch.run("work", "-j", "1", "--executor", "fork", "--timeout", "5")
        #expect(work.code == 1, "\(work.err)")
        #expect(OSProcess.marked(in: batch).isEmpty)
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["status"] as? String } == ["timeout", "ok"], "\(work.err)")
        let attempts = try await batch.query("SELECT outcome FROM attempts ORDER BY id")
        #expect(attempts == [["timeout"], ["ok"]])
    }

    @Test func aSharedCellThatRaisesExitsOrPrintsDisturbsNobody() async throws {
        let run = try await run(
            [
                Case(id: "leave", code: "import sys\nsys.exit(4)", status: "error", kind: "crashed", attempts: 2),
                Case(id: "raise", code: "raise ValueError('wrong')", status: "error", kind: "server", attempts: 2),
                Case(id: "noise", code: "import os\nos.write(1, b'{\\xff\\n')\nsay('fine')", text: { $0 == "fine\n" }),
            ], executor: "shared")
        let interrupted = try await run.batch.query("SELECT count(*) FROM attempts WHERE outcome = 'interrupted'")
        #expect(interrupted == [["0"]])
    }

    @Test func aCellThatBringsDownTheSharedPythonFailsAlone() async throws {
        let run = try await run(
            [
                // Twice in the shared Python; then in a child of its own.
                Case(id: "exit", code: "import os\nos._exit(0)", kind: "empty"),
                Case(
                    id: "closed",
                    code:
                        "import os\nfor n in range(3, 64):\n    try: os.close(n)\n    except OSError: pass\nsay('fine')",
                    text: { $0 == "fine\n" }),
            ], executor: "shared")
        let interrupted = try await run.batch.query(
            """
            SELECT count(*) FROM attempts JOIN cells ON cells.id = cell_id JOIN prompts ON prompts.id = prompt_id
            WHERE outcome = 'interrupted' AND prompts.name = 'exit'
            """)
        #expect(interrupted == [["2"]])
    }

    @Test func aCellThatBlocksTheSharedPythonTimesOutAlone() async throws {
        // In the brief form it blocks only once.
        let once = "os.path.exists('blocked')"
        let code = """
            import os, time
            if \(Self.isLong ? "False" : once): say("after all")
            else:
                open("blocked", "w").close()
                while True: time.sleep(1)
            """
        let blocking =
            if Self.isLong {
                Case(id: "blocking", code: code, status: "timeout", kind: "timeout", attempts: 2)
            } else {
                Case(id: "blocking", code: code, text: { $0 == "after all\n" })
            }
        let run = try await run([blocking], executor: "shared", timeout: 5)
        let interrupted = try await run.batch.query("SELECT count(*) > 0 FROM attempts WHERE outcome = 'interrupted'")
        #expect(interrupted == [["1"]])
    }

    @Test func aPluginThatStartsAThreadGetsAProcessACell() async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch.violent(
            server,
            atImport: "import threading, time; threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()")
        try batch.write("ping", to: "ping.txt")
        let run = try await batch.run(
            "run", "ping.txt", "--no-check", "-m", "good", "--executor", "fork", "--run", "main")
        #expect(run.code == 0)
        #expect(
            run.err.contains("executor process, because 1 threads run after llm's import; forking is unsafe then\n"))
        #expect(try batch.jsonLines("nllm-runs/main/results.jsonl").map { $0["text"] as? String } == ["echo: ping\n"])
    }

    @Test(arguments: ["fork", "shared"]) func whenNoWarmPythonCanBeStartedAnyMoreItIsSaidOnceAndWorkGoesOn(
        executor: String
    ) async throws {
        let server = try await LoopbackServer(#"{"good": {"delay_ms": 200}}"#)
        let batch = try Batch.violent(
            server, atImport: "if os.path.exists('moved'): raise ImportError('llm was moved away')")
        let prompts = (1...4).map { "prompt \($0)" }
        try batch.write(prompts.map { "\"\($0)\"\n" }.joined(), to: "prompts.jsonl")
        let enqueue = try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "good", "--run", "main")
        #expect(enqueue.code == 0, "\(enqueue.err)")
        let worker = try await batch.start("work", "-j", "2", "--executor", executor)
        try await eventually("cells are in flight") { try server.requests().count > 2 }
        try batch.write("", to: "moved")
        for bridge in OSProcess.bridges(of: worker, in: batch) { kill(bridge, SIGKILL) }
        let work = try await worker.result()
        #expect(work.code == 0, "\(work.err)")
        let reason = "no warm Python can be started any more: llm can't be imported: ImportError: llm was moved away"
        #expect(work.err.components(separatedBy: reason).count == 2, "\(work.err)")
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["text"] as? String } == prompts.map { "echo: \($0)\n" })
        #expect(results.allSatisfy { $0["attempts"] as? Int == 1 })
        #expect(OSProcess.marked(in: batch).isEmpty)
    }
}
