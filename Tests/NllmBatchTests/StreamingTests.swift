import Foundation
import Testing

/// `--stream`: lines of output while the answers are still coming, through pipes and files.
@Suite struct StreamingTests {
    /// A scratch folder whose `llm` is a script; `$HOME` is the scratch folder.
    static func fake(_ script: String) throws -> Batch {
        try Batch(
            llm: Batch.fakeLLM(
                """
                case "$1" in fragments | models | --version) exit 0 ;; esac
                \(script)
                """))
    }

    /// The characters that could do something to a terminal.
    private func controls(in text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.filter { $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" }
    }

    @Test func linesOfThreeModelsAppearWhileTheirAnswersAreStillComing() async throws {
        // Each answer stops before its last line and never ends.
        let server = try await LoopbackServer(
            """
            {"a": {"answer": "erste Zeile\\nzweite Zeile\\nbleibt aus", "token_ms": 100, "hang_after": 4},
             "b": {"answer": "première ligne\\ndeuxième ligne\\nmanque", "token_ms": 100, "hang_after": 4},
             "c": {"answer": "第一行\\n第二行\\n没有", "token_ms": 100, "hang_after": 2}}
            """)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("say something", to: "prompt.txt")
        try await batch.run(
            "enqueue", "prompt.txt", "--no-check", "-m", "a", "-m", "b", "-m", "c", "--run", "main", "--retries", "0"
        ).expectSuccess()
        let (lines, send) = AsyncStream.makeStream(of: String.self)
        let worker = try await RunningProcess(
            Batch.binary, ["work", "--stream", "--grace", "0"], directory: batch.directory,
            environment: batch.environment
        ) { send.yield($0) }
        async let end: Batch.Result = {
            defer { send.finish() }
            return try await worker.result()
        }()
        let expected = [
            "a": ["[a] erste Zeile", "[a] zweite Zeile"], "b": ["[b] première ligne", "[b] deuxième ligne"],
            "c": ["[c] 第一行", "[c] 第二行"],
        ]
        var seen: [String: [String]] = [:]
        for await line in lines {
            seen[String(line.dropFirst().prefix(1)), default: []].append(line)
            if seen == expected { break }
        }
        #expect(seen == expected)
        #expect(try server.log().filter { $0["end"] != nil }.isEmpty)
        worker.signal(SIGINT)
        let result = try await end
        #expect(result.code == 130, "\(result.err)")
        #expect(result.lines.sorted() == expected.values.joined().sorted())
    }

    @Test func throughAPipeEveryLineIsWholeAndSaysWhoseItIs() async throws {
        let answer = (1...20).map { "line \($0) for {prompt} — naïve 漢字" }.joined(separator: "\\n")
        let model = #"{"answer": "\#(answer)", "token_ms": 5}"#
        let server = try await LoopbackServer(
            #"{"a": \#(model), "b": \#(model), "c": \#(model), "bad": {"fail": {"status": 400}}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            #"{"id": "x", "prompt": "ex"}"# + "\n" + #"{"id": "y/z", "prompt": "why", "models": ["a"], "samples": 2}"#,
            to: "p.jsonl")
        let run = try await batch.run(
            "run", "p.jsonl", "--no-check", "-m", "a", "-m", "b", "-m", "c", "-m", "bad", "--run", "main", "--stream",
            "-j", "6")
        #expect(run.code == 1)
        #expect(controls(in: run.out + run.err).isEmpty)
        var lines = run.out.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.removeLast() == "")
        #expect(lines.removeLast() == "\(batch.directory)/nllm-runs/main")
        let cells = [
            ("[a x]", "ex"), ("[b x]", "ex"), ("[c x]", "ex"), ("[a y/z]", "why"), ("[a y/z #2]", "why"),
        ]
        for (name, prompt) in cells {
            let own = lines.filter { $0.hasPrefix(name + " ") }
            #expect(own == (1...20).map { "\(name) line \($0) for \(prompt) — naïve 漢字" })
        }
        #expect(lines.count == 100)
        let errors = run.err.split(separator: "\n")
        #expect(errors.count { $0.hasPrefix("[bad x] stderr: Error: Error code: 400 - ") } == 1)
        // We asked for the tokens; they are no output of the model.
        #expect(!run.err.contains("Token usage"))
    }

    @Test func oddOutputIsShownHarmlesslyAndKeptExactly() async throws {
        let batch = try Self.fake(
            #"""
            printf 'red \033[31mred\r\nbell\007 tab\tCSI \302\233 bad \377 end\n\nlast'
            printf 'key=hunter2secret\nToken usage: 1 input, 2 output\n\033]0;title\007' >&2
            """#)
        try batch.write("x", to: "p.txt")
        let run = try await batch.run("run", "p.txt", "--no-check", "-m", "m", "--run", "r", "--stream").expectSuccess()
        let folder = "\(batch.directory)/nllm-runs/r"
        #expect(
            run.out == """
                [m] red \u{FFFD}[31mred
                [m] bell\u{FFFD} tab\tCSI \u{FFFD} bad \u{FFFD} end
                [m]\u{20}
                [m] last
                \(folder)

                """)
        let errors = run.err.split(separator: "\n").map(String.init)
        #expect(
            errors.filter { $0.hasPrefix("[") } == [
                "[m] stderr: key=***REDACTED***", "[m] stderr: \u{FFFD}]0;title\u{FFFD}",
            ])
        let result = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").first)
        #expect(
            result["text"] as? String
                == "red \u{1B}[31mred\r\nbell\u{07} tab\tCSI \u{9B} bad \u{FFFD} end\n\nlast")
    }

    @Test func anAttemptThatIsTriedAgainStreamsAgain() async throws {
        let batch = try Self.fake(
            #"""
            if mkdir "$HOME/tried" 2> /dev/null; then echo half; kill -KILL $$; fi
            echo whole
            """#)
        try batch.write("x", to: "p.txt")
        let run = try await batch.run("run", "p.txt", "--no-check", "-m", "m", "--run", "r", "--stream", "--verbose")
            .expectSuccess()
        #expect(run.lines.dropLast() == ["[m] half", "[m] whole"])
        #expect(run.err.contains("[m p] error, crashed: killed by signal 9; retry in "))
    }

    private struct Loudness {
        var arguments: [String]
        var out: [String]
        var err: [String]
    }

    @Test func whatIsPrintedWhereIsDecidedByTheFlags() async throws {
        let batch = try Self.fake("echo answer")
        try batch.write("x", to: "p.txt")
        let folder = "\(batch.directory)/nllm-runs/r"
        let enqueued = "1 cell in new run r"
        let end = ["r: 1 ok in SOME TIME", "  artifacts: \(folder)"]
        let cases = [
            Loudness(arguments: [], out: [folder], err: [enqueued] + end),
            Loudness(arguments: ["--no-stream"], out: [folder], err: [enqueued] + end),
            Loudness(arguments: ["--stream"], out: ["[m] answer", folder], err: [enqueued] + end),
            Loudness(arguments: ["--stream", "--json"], out: ["JSON"], err: [enqueued, "[m] answer"] + end),
            Loudness(arguments: ["--stream", "--quiet"], out: [], err: []),
        ]
        for loudness in cases {
            try? FileManager.default.removeItem(atPath: batch.directory + "/nllm-runs")
            let run = try await batch.run(
                ["run", "p.txt", "--no-check", "-m", "m", "--run", "r", "--executor", "process"] + loudness.arguments
            ).expectSuccess()
            #expect(run.lines.map { $0.hasPrefix("{") ? "JSON" : $0 } == loudness.out, "\(loudness.arguments)")
            let errors = run.err.split(separator: "\n").map { line in
                String(line).replacing(#/ in [0-9][0-9a-z. ]*s$/#, with: " in SOME TIME")
            }
            #expect(errors == loudness.err, "\(loudness.arguments)")
        }
    }

    @Test func aReaderThatGoesAwayDoesNotEndTheRun() async throws {
        let batch = try Self.fake(
            #"""
            echo one
            until [ -e "$HOME/gone" ]; do sleep 0.05; done
            echo two
            """#)
        try batch.write("\"x\"\n\"y\"", to: "p.jsonl")
        let script = """
            { "$0" run p.jsonl -m m --run r --timeout 60 --stream; echo $? > code; } | { head -n 1; exec < /dev/null; : > gone; }
            """
        let shell = try await batch.command("/bin/sh", ["-c", script, Batch.binary]).expectSuccess()
        #expect(["[m 000001] one\n", "[m 000002] one\n"].contains(shell.out))
        #expect(String(decoding: try batch.read("code"), as: UTF8.self) == "0\n")
        #expect(!shell.err.contains("error"))
        let texts = try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["text"] as? String }
        #expect(texts == ["one\ntwo", "one\ntwo"])
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is a full device"))
    func aFullDiskBehindStandardOutputIsToldWhenTheWorkIsDone() async throws {
        let batch = try Self.fake("echo one; echo two")
        try batch.write("\"x\"\n\"y\"\n\"z\"", to: "p.jsonl")
        let script = #""$0" run p.jsonl -m m --run r --stream -j 1 > /dev/full"#
        let shell = try await batch.command("/bin/sh", ["-c", script, Batch.binary])
        #expect(shell.code == 74)
        #expect(shell.err.hasSuffix("\nerror: standard output: No space left on device\n"))
        #expect(shell.err.contains("r: 3 ok in "))
        let texts = try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["text"] as? String }
        #expect(texts == Array(repeating: "one\ntwo", count: 3))
    }
}
