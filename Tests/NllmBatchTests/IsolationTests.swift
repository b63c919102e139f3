import Foundation
import Testing

/// Cells that share a warm Python leave each other alone, whatever one of them does.
@Suite(.enabled(if: OSProcess.tellsAll)) struct IsolationTests {
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
        try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "code", "-m", "good", "--run", "main", "--retries", "0"
        ).expectSuccess()
        let work = try await batch.run("work", "-j", "1", "--executor", "fork", "--timeout", "10")
        #expect(work.code == 1, "\(work.err)")
        #expect(OSProcess.marked(in: batch).isEmpty)
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["status"] as? String } == ["timeout", "ok"], "\(work.err)")
        let attempts = try batch.query("SELECT outcome FROM attempts ORDER BY id")
        #expect(attempts == [["timeout"], ["ok"]])
    }

    @Test func aSharedCellThatRaisesExitsOrPrintsDisturbsNobody() async throws {
        let scene = try await IsolationScene(
            [
                IsolationScene.Case(
                    id: "leave", code: "import sys\nsys.exit(4)", status: "error", kind: "crashed", attempts: 2),
                IsolationScene.Case(
                    id: "raise", code: "raise ValueError('wrong')", status: "error", kind: "server", attempts: 2),
                IsolationScene.Case(
                    id: "noise", code: "import os\nos.write(1, b'{\\xff\\n')\nsay('fine')", text: { $0 == "fine" }),
            ], executor: "shared")
        try scene.check()
        let interrupted = try scene.batch.query("SELECT count(*) FROM attempts WHERE outcome = 'interrupted'")
        #expect(interrupted == [["0"]])
    }

    @Test func aCellThatBringsDownTheSharedPythonFailsAlone() async throws {
        let scene = try await IsolationScene(
            [
                // Twice in the shared Python; then in a child of its own.
                IsolationScene.Case(id: "exit", code: "import os\nos._exit(0)", kind: "empty"),
                IsolationScene.Case(
                    id: "closed",
                    code:
                        "import os\nfor n in range(3, 64):\n    try: os.close(n)\n    except OSError: pass\nsay('fine')",
                    text: { $0 == "fine" }),
            ], executor: "shared")
        try scene.check()
        let interrupted = try scene.batch.query(
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
            if \(IsolationScene.isLong ? "False" : once): say("after all")
            else:
                open("blocked", "w").close()
                while True: time.sleep(1)
            """
        let blocking =
            if IsolationScene.isLong {
                IsolationScene.Case(id: "blocking", code: code, status: "timeout", kind: "timeout", attempts: 2)
            } else {
                IsolationScene.Case(id: "blocking", code: code, text: { $0 == "after all" })
            }
        let scene = try await IsolationScene([blocking], executor: "shared", timeout: 10)
        try scene.check()
        let interrupted = try scene.batch.query("SELECT count(*) > 0 FROM attempts WHERE outcome = 'interrupted'")
        #expect(interrupted == [["1"]])
    }

    @Test func aPluginThatStartsAThreadGetsAProcessACell() async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch.violent(
            server,
            atImport: "import threading, time; threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()")
        try batch.write("ping", to: "ping.txt")
        let run = try await batch.run(
            "run", "ping.txt", "--no-check", "-m", "good", "--executor", "fork", "--run", "main"
        ).expectSuccess()
        #expect(
            run.err.contains("executor process, because 1 threads run after llm's import; forking is unsafe then\n"))
        #expect(try batch.jsonLines("nllm-runs/main/results.jsonl").map { $0["text"] as? String } == ["echo: ping"])
    }

    @Test(arguments: ["fork", "shared"]) func whenNoWarmPythonCanBeStartedAnyMoreItIsSaidOnceAndWorkGoesOn(
        executor: String
    ) async throws {
        let server = try await LoopbackServer(#"{"good": {"until": "go"}}"#)
        let batch = try Batch.violent(
            server, atImport: "if os.path.exists('moved'): raise ImportError('llm was moved away')")
        let prompts = (1...4).map { "prompt \($0)" }
        try batch.write(prompts.map { "\"\($0)\"\n" }.joined(), to: "prompts.jsonl")
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "good", "--run", "main").expectSuccess()
        let worker = try await batch.start("work", "-j", "2", "--executor", executor)
        try await eventually("cells are in flight") { try server.requests().count == 2 }
        try batch.write("", to: "moved")
        for bridge in OSProcess.bridges(of: worker, in: batch) { kill(bridge, SIGKILL) }
        try server.release()
        let work = try await worker.result().expectSuccess()
        let reason = "no warm Python can be started any more: llm can't be imported: ImportError: llm was moved away"
        #expect(work.err.components(separatedBy: reason).count == 2, "\(work.err)")
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["text"] as? String } == prompts.map { "echo: \($0)" })
        #expect(results.allSatisfy { $0["attempts"] as? Int == 1 })
        #expect(OSProcess.marked(in: batch).isEmpty)
    }
}
