import Foundation
import Testing

/// A cell or two cost no more than `llm` itself: it is started once for each, and for nothing else.
@Suite struct FewCellsTests {
    /// A scratch folder in which no list of models was cached; each start of `llm` notes its arguments in `calls`.
    private func batch() throws -> Batch {
        let batch = try Batch()
        try batch.write(
            "import os, sys; print(*sys.orig_argv[2:], file=open(os.environ['HOME'] + '/calls', 'a'))",
            to: "site/sitecustomize.py")
        return batch
    }

    private func run(_ batch: Batch, _ arguments: String...) async throws -> Batch.Result {
        try await batch.run(
            arguments,
            environment: ["PYTHONPATH": batch.directory + "/site", "XDG_CACHE_HOME": batch.directory + "/cache"])
    }

    @Test func llmIsStartedOncePerCell() async throws {
        let batch = try batch()
        // Its log is there, as after any use of llm.
        try await batch.command(Batch.venv + "/llm", ["-n", "-m", "echo", "x"]).expectSuccess()
        try await run(batch, "run", "-m", "echo", "--", "first").expectSuccess()
        try batch.write("second", to: "a.txt")
        try await run(batch, "run", "a.txt", "-m", "echo", "-m", "echo").expectSuccess()
        let calls = try batch.lines("calls")
        #expect(calls.count == 3 && calls.allSatisfy { $0.hasPrefix("-m echo") }, "\(calls)")
        // With a third cell a warm Python is worth its start.
        let three = try await run(
            batch, "run", "a.txt", "--samples", "3", "-m", "echo", "--verbose"
        ).expectSuccess()
        #expect(three.err.contains("executor fork: "), "\(three.err)")
        // Where a cold llm would not say why an answer ended.
        let reason = try await run(
            batch, "run", "-m", "echo", "--fail-on", "truncated", "--verbose", "--", "hi"
        ).expectSuccess()
        #expect(reason.err.contains("executor fork: "), "\(reason.err)")
    }

    @Test func aModelThatLLMDoesNotKnowIsRefusedAllTheSame() async throws {
        let batch = try batch()
        let error = "error: `llm` knows no model `ecko`; did you mean `echo`? (--no-check skips this check)\n"
        let first = try await run(batch, "run", "-m", "ecko", "--", "hi")
        #expect(first.code == 64)
        #expect(first.err.hasSuffix(error), "\(first.err)")
        #expect(try batch.query("SELECT count(*) FROM runs") == [["0"]])
        #expect(try FileManager.default.contentsOfDirectory(atPath: batch.directory + "/nllm-runs").count == 1)
        // Now the list is known, and nothing is asked.
        try batch.write("", to: "calls")
        let second = try await run(batch, "run", "-m", "ecko", "--", "hi")
        #expect(second.code == 64)
        #expect(second.err == error)
        #expect(try batch.lines("calls").allSatisfy { $0.hasPrefix("models list") })
    }

    @Test func anAnswerIsKeptBesideAModelThatLLMDoesNotKnow() async throws {
        let batch = try batch()
        let run = try await run(batch, "run", "-m", "echo", "-m", "ecko", "--run", "r", "--", "hi")
        #expect(run.code == 64)
        #expect(run.err.contains("error: `llm` knows no model `ecko`; did you mean `echo`?"), "\(run.err)")
        #expect(
            try batch.query("SELECT label, ok, error FROM progress JOIN models ON label = model ORDER BY 1").count == 2)
        #expect(try batch.jsonLines("nllm-runs/r/results.jsonl").count == 2)
    }

    @Test func theFirstTokenIsShownWhileTheLineIsStillComing() async throws {
        let server = try await LoopbackServer(
            #"{"slow": {"answer": "first second third", "token_ms": 50, "hang_after": 2}}"#)
        let batch = try Batch(userPath: server.userPath)
        let worker = try await batch.start(
            "/bin/sh",
            ["-c", #"exec "$@" > out.txt"#, "sh", Batch.binary, "run", "-m", "slow", "--run", "r", "--", "hi"])
        try await eventually("two words are shown") {
            try batch.lines("out.txt") == ["[slow] first second "]
        }
        worker.signal(SIGINT)
        worker.signal(SIGTERM)
        #expect([130, 143].contains(try await worker.result().code))
    }

    @Test func aWorkerOfAllRunsMayGetMore() async throws {
        let batch = try batch()
        try batch.write("x", to: "a.txt")
        try await batch.run("enqueue", "a.txt", "-m", "echo", "--no-check").expectSuccess()
        let work = try await batch.run("work", "--verbose").expectSuccess()
        #expect(work.err.contains("executor fork: "), "\(work.err)")
    }

    @Test func linesInAFileOfMessagesHaveTheirTime() async throws {
        let batch = try batch()
        let run = try await batch.command(
            "/bin/sh",
            ["-c", "\"$@\" 2> log", "sh", Batch.binary, "run", "-m", "echo", "--json", "--stream", "--", "hi"]
        ).expectSuccess()
        #expect(run.out.hasPrefix("{"))
        let log = try batch.lines("log")
        #expect(log.count > 5)
        let time = #/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /#
        #expect(log.allSatisfy { $0.firstMatch(of: time) != nil }, "\(log)")
    }

    @Test func manyLinesInPiecesAreTheLinesOfTheAnswer() async throws {
        let text = "One.\n\n  Two: a\tb\n漢字 and more\n\n"
        let answer = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        let server = try await LoopbackServer(#"{"m": {"answer": \#(answer)}}"#)
        let batch = try Batch(userPath: server.userPath)
        let run = try await batch.run("run", "-m", "m", "--run", "r", "--", "hi").expectSuccess()
        #expect(
            run.out == "[m] One.\n[m] \n[m]   Two: a\tb\n[m] 漢字 and more\n[m] \n[m] \n\(batch.directory)/nllm-runs/r\n")
    }
}
