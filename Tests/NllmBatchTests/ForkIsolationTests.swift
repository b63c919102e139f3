import Foundation
import Testing

/// Cells that were forked from one warm Python leave each other alone: one run is made, and all look at it.
@Suite(.serialized, .enabled(if: OSProcess.tellsAll)) struct ForkIsolationTests {
    private static let floodLines = IsolationScene.isLong ? 1000 : 20

    private static let cases = [
        IsolationScene.Case(
            id: "flood",
            code: "import sys\nfor _ in range(\(floodLines)): sys.stdout.write('x' * 99_999 + '\\n')\nsay('end')",
            text: { $0.utf8.count == floodLines * 100_000 + 3 && $0.hasSuffix("x\nend") }),
        // As a cold `llm`, whose last write fails.
        IsolationScene.Case(
            id: "closed",
            code: """
                import os
                os.close(1)
                try: os.write(1, b"late")
                except OSError: open("refused", "w").close()
                say("unheard")
                """, status: "error", kind: "crashed", attempts: 2),
        IsolationScene.Case(
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
                """, text: { $0.contains("without the daemon") }),
        IsolationScene.Case(
            id: "noise", code: "import os\nos.write(1, b'{\\xff\\n')\nsay('fine')",
            text: { $0 == "{\u{FFFD}\nfine" }),
        IsolationScene.Case(
            id: "thread",
            code:
                "import threading, time\nthreading.Thread(target=time.sleep, args=(0.5,)).start()\nsay('fine')",
            text: { $0 == "fine" }),
        IsolationScene.Case(id: "exit", code: "import os\nos._exit(0)", kind: "empty"),
        IsolationScene.Case(
            id: "exit with a code", code: "import os\nos._exit(9)", status: "error", kind: "crashed",
            attempts: 2),
        IsolationScene.Case(
            id: "killed", code: "import os\nos.kill(os.getpid(), 9)", status: "error", kind: "crashed",
            attempts: 2),
        IsolationScene.Case(
            id: "raise", code: "raise ValueError('wrong')", status: "error", kind: "server", attempts: 2),
    ]

    private static let scene = Task { try await IsolationScene(cases, executor: "fork", timeout: 1200) }

    @Test(arguments: cases) func aCellEndsAsItsOwnCodeHasIt(one: IsolationScene.Case) async throws {
        try await Self.scene.value.check(one)
    }

    @Test func theOthersAreNotDisturbed() async throws { try await Self.scene.value.checkOthers() }

    @Test func writingToAClosedOutputFails() async throws {
        #expect(try await Self.scene.value.batch.exists("refused"))
    }

    @Test func thePipeOfADaemonIsClosed() async throws {
        let scene = try await Self.scene.value
        try await eventually("the daemon's pipe is closed") { scene.batch.exists("daemon-ended") }
    }

    @Test func noAttemptIsInterruptedAndTheExecutorStays() async throws {
        let scene = try await Self.scene.value
        #expect(try scene.batch.query("SELECT count(*) FROM attempts WHERE outcome = 'interrupted'") == [["0"]])
        #expect(!scene.work.err.contains("executor process"))
    }
}
