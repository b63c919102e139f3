import Foundation
import Testing

/// What becomes of a cell when the program behaves in ways that the real `llm` can't be made to: each test's own shell
/// script stands in for it.
@Suite struct ProcessTests {
    /// A scratch folder whose `llm` is a script; `$HOME` is the scratch folder.
    private final class FakeBatch: Sendable {
        let batch: Batch
        private let folder: String

        /// - Parameters:
        ///   - script: what a call with a prompt does; other calls succeed in silence.
        ///   - interpreter: the script's first line, for one that can't run.
        /// - Throws: when the files can't be written.
        init(_ script: String, interpreter: String = "#!/bin/sh") throws {
            folder = try Batch.fakeLLM("")
            let text = """
                \(interpreter)
                case "$1" in fragments | models | --version) exit 0 ;; esac
                echo call >> "$HOME/calls"
                \(script)

                """
            // In place, so that it stays executable.
            let file = try FileHandle(forWritingTo: URL(filePath: folder + "/llm"))
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
            batch = try Batch(llm: folder)
        }

        deinit {
            try? FileManager.default.removeItem(atPath: folder)
        }

        /// How often the script was given a prompt.
        var calls: Int { ((try? batch.read("calls")) ?? Data()).count { $0 == 0x0A } }

        /// Enqueues one prompt, works, and returns its result.
        func result(prompt: String = "ping", _ options: String...) async throws -> (Batch.Result, [String: Any]) {
            try batch.write(prompt, to: "prompt.txt")
            try await batch.run("enqueue", "prompt.txt", "-m", "fake", "--no-check", "--run", "main").requireSuccess()
            let work = try await batch.run(["work"] + options)
            let lines = try batch.jsonLines("nllm-runs/main/results.jsonl")
            #expect(lines.count == 1)
            return (work, try #require(lines.first, "\(work.err)"))
        }

        /// The process that the script has noted in a file.
        func pid(in name: String) throws -> pid_t {
            let text = String(decoding: try batch.read(name), as: UTF8.self)
            return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        }
    }

    private struct End: Sendable {
        var name: String
        var script: String
        var status: String
        var exitCode: Int
        var calls: Int
        var kind: String?
        var message: String?
    }

    private static let ends = [
        End(
            name: "an empty answer", script: "exit 0", status: "ok", exitCode: 0, calls: 1, kind: "empty",
            message: "the answer is empty"),
        End(
            name: "an answer of white space", script: "printf ' \\n\\t\\n'", status: "ok", exitCode: 0, calls: 1,
            kind: "empty", message: "the answer is empty"),
        End(
            name: "killed", script: "echo half; kill -KILL $$", status: "error", exitCode: -1, calls: 2,
            kind: "crashed", message: "killed by signal 9"),
        End(
            name: "an exit code that llm does not use", script: "echo 'went wrong' >&2; exit 3", status: "error",
            exitCode: 3, calls: 2, kind: "crashed", message: "went wrong"),
        End(
            name: "an exit code without a word", script: "exit 3", status: "error", exitCode: 3, calls: 2,
            kind: "crashed", message: "exit code 3"),
        End(
            name: "an answer that is not UTF-8", script: "printf 'a\\377b\\n'", status: "ok", exitCode: 0, calls: 1),
        End(
            name: "llm's log locked after the answer",
            script: "echo answer; echo 'sqlite3.OperationalError: database is locked' >&2; exit 1", status: "ok",
            exitCode: 1, calls: 1),
        End(
            name: "a wrong option",
            script: "echo 'Usage: llm prompt' >&2; echo 'Error: No such option: --x' >&2; exit 2", status: "error",
            exitCode: 2, calls: 1, kind: "request", message: "No such option: --x"),
    ]

    @Test(arguments: ends.indices) func anEndOfTheProgramIsRecordedAsWhatItIs(index: Int) async throws {
        let end = Self.ends[index]
        let fake = try FakeBatch(end.script)
        let (work, result) = try await fake.result()
        let name = Comment(rawValue: end.name)
        #expect(work.code == (end.status == "ok" ? 0 : 1), name)
        #expect(result["status"] as? String == end.status, name)
        #expect(result["exit_code"] as? Int == end.exitCode, name)
        #expect(result["attempts"] as? Int == end.calls, name)
        #expect(fake.calls == end.calls, name)
        let failure = result["failure"] as? [String: Any]
        #expect(failure?["kind"] as? String == end.kind, name)
        #expect(failure?["message"] as? String == end.message, name)
        if end.name.hasPrefix("killed") { #expect(result["text"] as? String == "half\n") }
        if end.name.hasSuffix("UTF-8") { #expect(result["text"] as? String == "a\u{FFFD}b") }
    }

    @Test func twentyMegabytesOnBothStreamsAtOnceAreReadToTheEnd() async throws {
        let fake = try FakeBatch(
            """
            yes 'an error line' | head -c 20000000 >&2 &
            yes 'an answer line' | head -c 20000000
            wait
            """)
        let (work, result) = try await fake.result(prompt: "ping", "--max-answer", "64")
        work.expectSuccess()
        #expect(result["status"] as? String == "ok")
        #expect((result["text"] as? String)?.utf8.count == 20_000_000)
        #expect((result["stderr_tail"] as? String)?.utf8.count == 2000)
        #expect(fake.calls == 1)
    }

    @Test func aProgramThatNeverReadsItsPromptIsNoTrouble() async throws {
        let fake = try FakeBatch("echo answer")
        let (work, result) = try await fake.result(prompt: String(repeating: "word ", count: 200_000))
        work.expectSuccess()
        #expect(result["text"] as? String == "answer")
        #expect(result["failure"] is NSNull)
    }

    @Test func aPromptOfAMegabyteArrivesWhole() async throws {
        let fake = try FakeBatch("wc -c")
        let (work, result) = try await fake.result(prompt: String(repeating: "word ", count: 200_000))
        work.expectSuccess()
        #expect((result["text"] as? String)?.contains("1000000") == true)
    }

    @Test func aProgramThatIgnoresSIGTERMIsKilled() async throws {
        let fake = try FakeBatch(
            """
            trap '' TERM
            cat > /dev/null
            echo begun
            echo $$ > "$HOME/pid"
            while :; do sleep 1; done
            """)
        let (work, result) = try await fake.result("--timeout", "5", "--retries", "0")
        #expect(work.code == 1)
        #expect(result["status"] as? String == "timeout")
        #expect(result["exit_code"] as? Int == -1)
        #expect(result["text"] as? String == "begun\n")
        #expect(OSProcess.isGone(try fake.pid(in: "pid")))
        #expect(OSProcess.marked(in: fake.batch).isEmpty)
    }

    @Test func aGrandchildThatHoldsThePipesIsEndedWithItsCell() async throws {
        let fake = try FakeBatch(
            """
            sleep 1000 &
            echo $! > "$HOME/pid"
            echo answer
            """)
        let (work, result) = try await fake.result()
        work.expectSuccess()
        #expect(result["text"] as? String == "answer")
        #expect(OSProcess.isGone(try fake.pid(in: "pid")))
    }

    #if os(Linux)
        @Test func aGrandchildInASessionOfItsOwnHoldsNothingUp() async throws {
            let fake = try FakeBatch(
                """
                setsid sh -c 'echo $$ > "$HOME/pid.new"; mv "$HOME/pid.new" "$HOME/pid"; exec sleep 1000' &
                while [ ! -e "$HOME/pid" ]; do sleep 0.02; done
                echo answer
                """)
            defer { if let pid = try? fake.pid(in: "pid"), pid > 1 { kill(pid, SIGKILL) } }
            let (work, result) = try await fake.result()
            work.expectSuccess()
            #expect(result["text"] as? String == "answer")
        }
    #endif

    // MARK: An llm that can't be used

    @Test func withoutLLMNoCellIsTouched() async throws {
        let batch = try Batch()
        try batch.write("ping", to: "prompt.txt")
        try await batch.run("enqueue", "prompt.txt", "-m", "fake", "--no-check", "--run", "main").expectSuccess()
        for arguments in [["work"], ["run", "prompt.txt", "-m", "other"]] {
            let result = try await batch.run(arguments, environment: ["PATH": "/usr/bin:/bin"])
            #expect(result.code == 69, "\(arguments)")
            #expect(result.out.isEmpty, "\(arguments)")
            #expect(result.err.hasPrefix("error: `llm` is not in PATH; install it"), "\(arguments)")
        }
        try expectUntouched(batch)
    }

    /// `logs.db` tells that `llm` has run before: the check may not rest on that.
    @Test(arguments: [false, true])
    func withAnLLMWhoseInterpreterIsGoneNoCellIsTouched(hasRunBefore: Bool) async throws {
        let fake = try FakeBatch("exit 0", interpreter: "#!/nowhere/bin/python3")
        let batch = fake.batch
        if hasRunBefore { try batch.write("", to: "llm-user/logs.db") }
        try batch.write("ping", to: "prompt.txt")
        try await batch.run("enqueue", "prompt.txt", "-m", "fake", "--no-check", "--run", "main").expectSuccess()
        let work = try await batch.run("work")
        #expect(work.code == 69, "\(work.err)")
        #expect(work.out.isEmpty)
        #expect(work.err.hasSuffix("needs `/nowhere/bin/python3`, which is not there any more; install llm again\n"))
        try expectUntouched(batch)
    }

    private func expectUntouched(_ batch: Batch) throws {
        let cells = try batch.query("SELECT status, attempts, lease FROM cells")
        #expect(cells == [["pending", "0", "0"]])
        #expect(try batch.query("SELECT id FROM attempts").isEmpty)
    }

    // MARK: Memory

    #if os(Linux)
        @Test(arguments: [16, 64])
        func overItsMemoryACellIsCrashedWithTheReason(megabytes: Int) async throws {
            let batch = try Batch()
            try batch.write("ping", to: "prompt.txt")
            try await batch.run("enqueue", "prompt.txt", "-m", "echo", "--run", "main").expectSuccess()
            let work = try await batch.run("work", "--max-memory", String(megabytes))
            #expect(work.code == 1)
            let result = try #require(try batch.jsonLines("nllm-runs/main/results.jsonl").first)
            #expect(result["status"] as? String == "error")
            #expect(result["attempts"] as? Int == 2)
            let failure = try #require(result["failure"] as? [String: Any])
            #expect(failure["kind"] as? String == "crashed")
            let message = try #require(failure["message"] as? String)
            #expect(message.contains("over --max-memory \(megabytes) MB"), "\(message); \(result["stderr_tail"] ?? "")")
        }

        @Test func withinItsMemoryACellIsAnswered() async throws {
            let batch = try Batch()
            try batch.write("ping", to: "prompt.txt")
            try await batch.run("run", "prompt.txt", "-m", "echo", "--max-memory", "2000").expectSuccess()
        }
    #endif
}
