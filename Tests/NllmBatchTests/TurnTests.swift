import Foundation
import Testing

/// Turns: prompts that are asked one after the other, each after the answer to the one before.
@Suite struct TurnTests {
    @Test(arguments: ["fork", "shared"]) func eachTurnFollowsTheAnswerToTheOneBefore(executor: String) async throws {
        let server = try await LoopbackServer(#"{"m": {"answer": "to {prompt}"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            #"{"id": "talk", "system": "s", "turns": ["one", "two", "three"], "samples": 2}"#, to: "p.jsonl")
        let run = ["run", "p.jsonl", "-m", "m", "--no-check", "--executor", executor, "-j", "1", "--raw"]
        try await batch.run(run + ["--run", "r"]).expectSuccess()
        let last = """
            [{"content":"s","role":"system"},{"content":"one","role":"user"},{"content":"to one","role":"assistant"},\
            {"content":"two","role":"user"},{"content":"to two","role":"assistant"},{"content":"three","role":"user"}]
            """
        let sent = try ConversationTests.sent(server)
        #expect(sent.count == 6)
        #expect([sent[2], sent[5]] == [last, last])
        for result in try batch.jsonLines("nllm-runs/r/results.jsonl") {
            #expect(result["text"] as? String == "to three")
            #expect(result["prompt"] as? String == "three")
            #expect(
                result["turns"] as? [[String: String]] == [
                    ["prompt": "one", "text": "to one"], ["prompt": "two", "text": "to two"],
                    ["prompt": "three", "text": "to three"],
                ])
            let meta = try #require(result["meta"] as? [String: Any])
            #expect(meta["tokens_input"] as? Int == 2 + 5 + 8)
            #expect(meta["tokens_output"] as? Int == 6)
        }
        let raw = try batch.files(below: "nllm-runs/r/raw").filter { $0.key.hasSuffix("stdout.txt") }
        #expect(Set(raw.values) == [Data("to one\nto two\nto three\n".utf8)])
        #expect(
            try batch.query("SELECT turns, earlier, text FROM results LIMIT 1") == [
                [#"["one","two","three"]"#, #"["to one","to two"]"#, "to three"]
            ])
        // Another run takes the whole of it.
        try await batch.run(run + ["--run", "again", "--cache", "any"]).expectSuccess()
        let cached = try #require(try batch.jsonLines("nllm-runs/again/results.jsonl").first)
        #expect((cached["turns"] as? [Any])?.count == 3)
        // Only first samples share answers.
        #expect(try server.requests().count == 9)
    }

    @Test func allTurnsAreShown() async throws {
        let server = try await LoopbackServer(#"{"m": {"answer": "to {prompt}"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(#"{"id": "talk", "turns": ["one", "two", "three"]}"#, to: "p.jsonl")
        try await batch.run("run", "p.jsonl", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        let shown = try await batch.run("show", "r", "--json").expectSuccess()
        #expect(
            shown.out.contains(#""earlier":["to one","to two"]"#)
                && shown.out.contains(#""turns":["one","two","three"]"#))
        let text = try await batch.run("show", "r").expectSuccess()
        #expect(text.out.contains("    | to one\n    | to two\n    | to three\n"))
    }

    @Test(arguments: ["fork", "shared"]) func aTurnThatFailsEndsTheCellAndWhatWasAnsweredIsKept(
        executor: String
    ) async throws {
        let server = try await LoopbackServer(#"{"m": {"fail": {"status": 400}, "turn": 2}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(#"{"turns": ["one", "two", "three"]}"#, to: "p.jsonl")
        let run = ["run", "p.jsonl", "-m", "m", "--no-check", "--run", "r", "--executor", executor]
        #expect(try await batch.run(run).code == 1)
        let result = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").first)
        #expect((result["failure"] as? [String: Any])?["kind"] as? String == "request")
        #expect(
            result["turns"] as? [[String: String]] == [
                ["prompt": "one", "text": "echo: one"], ["prompt": "two", "text": ""],
            ])
        #expect((result["meta"] as? [String: Any])?["tokens_output"] as? Int == 2)
    }

    @Test(arguments: ["fork", "shared"]) func aKillBetweenTurnsRepeatsThatCellAlone(executor: String) async throws {
        let server = try await LoopbackServer(#"{"good": {}, "m": {"hang": true, "times": 1, "turn": 2}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            """
            {"turns": ["one", "two", "three"], "models": ["m"]}
            {"turns": ["four", "five"], "models": ["good"]}

            """, to: "p.jsonl")
        try await batch.run(
            "enqueue", "p.jsonl", "-m", "m", "-m", "good", "--no-check", "--run", "r"
        ).expectSuccess()
        let work = ["work", "r", "-j", "2", "--executor", executor]
        let worker = try await batch.start(Batch.binary, work)
        try await eventually("one cell is answered and the other is between turns") {
            let answered = try batch.query("SELECT count(*) FROM cells WHERE status = 'ok'") == [["1"]]
            return try answered && server.requestsByPrompt()["two"] == 1
        }
        worker.signal(SIGKILL)
        _ = try await worker.result()
        try await batch.run(work).expectSuccess()
        let asked = try server.requestsByPrompt()
        #expect(asked == ["one": 2, "two": 2, "three": 1, "four": 1, "five": 1])
        let results = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(results.map { $0["text"] as? String } == ["echo: three", "echo: five"])
        #expect(results.map { ($0["turns"] as? [Any])?.count } == [3, 2])
        #expect(try batch.query("SELECT count(*) FROM attempts WHERE outcome = 'ok'") == [["2"]])
    }

    @Test func theAnswersOfAllTurnsAreStreamed() async throws {
        let server = try await LoopbackServer(#"{"m": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(#"{"id": "x", "turns": ["one", "two"]}"#, to: "p.jsonl")
        let run = try await batch.run("run", "p.jsonl", "-m", "m", "--no-check", "--run", "r", "--stream")
        try run.requireSuccess()
        #expect((run.out + run.err).contains("echo: one\n"))
        #expect((run.out + run.err).contains("echo: two\n"))
    }

    @Test func aRescuedAnswerHasItsTurns() async throws {
        let batch = try Batch()
        try batch.write(#"{"id": "p", "turns": ["one", "two"]}"#, to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        let key = try batch.query("SELECT lower(hex(key)) FROM cells")[0][0]
        try batch.write(
            """
            {"version": 1, "run": "r", "key": "\(key)", "prompt_id": "p", "model": "m", "sample": 1, "worker": "gone", \
            "lease": 1, "reserved_tokens": 1, "expected_tokens": 1, "command": [], "outcome": {"status": "ok", \
            "exit_code": 0, "failure": null, "text": "to two\\n", "earlier": ["to one"], "stderr_tail": "", \
            "may_be_billed": true, "started_at": 1700000000000, "finished_at": 1700000001000}}

            """, to: "nllm-runs/batch.db.rescue-01234567-89ab-cdef-0123-456789abcdef")
        try await batch.run("work", "r").expectSuccess()
        let result = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").first)
        #expect(
            result["turns"] as? [[String: String]] == [
                ["prompt": "one", "text": "to one"], ["prompt": "two", "text": "to two"],
            ])
    }
}
