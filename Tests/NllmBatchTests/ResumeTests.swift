import Foundation
import NllmCore
import Testing

/// Nothing is lost, whatever happens to a run, and nothing is paid for twice.
@Suite(.serialized) struct ResumeTests {
    // MARK: What the model is asked

    @Test func everyPromptReachesTheModelByteForByte() async throws {
        let prompts = [
            "-m leading dash",
            "--help",
            #"quotes " and ' and `backticks` and \back\slashes"#,
            "two\nlines\n\nand a gap",
            "emoji 👩‍👩‍👧‍👦 🇪🇺 e\u{301} \u{1F600}",
            "{{braces}} and {single} and $dollar ${x} $(id) %s",
            "CR\r\nLF\r\nlines\r\n",
            "a\ttab\tand a trailing one\t",
            "  leading and trailing space  ",
            "ends with a line break\n",
            "a mark \u{FEFF}within",
            "NEL \u{85} LS \u{2028} PS \u{2029} NBSP \u{A0} DEL \u{7F} BEL \u{7}",
            String(repeating: "0123456789abcde\n", count: 65_536),
        ]
        let server = try await LoopbackServer(#"{"good": {"answer": "yes"}}"#)
        let batch = try Batch(userPath: server.userPath)
        var lines = Data()
        for prompt in prompts {
            lines += try JSONSerialization.data(withJSONObject: ["prompt": prompt]) + Data("\n".utf8)
        }
        try batch.write(lines, to: "prompts.jsonl")
        let run = try await batch.run("run", "prompts.jsonl", "--no-check", "-m", "good", "--run", "main")
        #expect(run.code == 0, "\(run.err)")

        let received = Set(try server.requests().map { Data($0.prompt.utf8) })
        #expect(received.count == prompts.count)
        for prompt in prompts {
            #expect(
                received.contains(Data(prompt.utf8)), "\(prompt.debugDescription.prefix(80)) came as something else")
        }
        let stored = try await batch.query("SELECT text FROM prompts ORDER BY position")
        #expect(stored.map { Data($0[0].utf8) } == prompts.map { Data($0.utf8) })
    }

    // MARK: Several workers

    @Test func fourWorkersOnOneDatabaseAskEachPromptOnce() async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        let prompts = (1...12).map { "prompt \($0)" }
        try batch.write(prompts.map { "\"\($0)\"\n" }.joined(), to: "prompts.jsonl")
        let enqueue = try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "good", "--run", "main")
        #expect(enqueue.code == 0)
        var workers: [RunningProcess] = []
        for _ in 1...4 { workers.append(try await batch.start("work", "--concurrency", "2")) }
        for worker in workers {
            let result = try await worker.result()
            #expect(result.code == 0, "\(result.err)")
        }
        #expect(try server.requestsByPrompt() == Dictionary(uniqueKeysWithValues: prompts.map { ($0, 1) }))
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["text"] as? String } == prompts.map { "echo: \($0)\n" })
        #expect(try await batch.query("SELECT count(*) FROM attempts") == [["12"]])
    }

    @Test func enqueuesThatMakeTheDatabaseTogetherAllSucceed() async throws {
        let batch = try Batch()
        try batch.write("ping", to: "ping.txt")
        // Through a shell, because they have to start at the same time.
        let script = """
            for number in 1 2 3 4 5 6 7 8; do
                "$0" enqueue ping.txt -m echo --run "run-$number" --quiet || echo "$number failed" &
            done
            wait
            """
        let result = try await batch.command("/bin/sh", ["-c", script, Batch.binary])
        #expect(result.err.isEmpty)
        #expect(result.lines.sorted() == (1...8).map { "run-\($0)" })
        #expect(try await batch.query("SELECT count(*) FROM cells") == [["8"]])
    }

    @Test func whoOpensANewDatabaseTogetherFindsItSound() async throws {
        let batch = try Batch()
        for round in 1...200 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...4 {
                    group.addTask { _ = try Store(path: "\(batch.directory)/\(round).db", .creating) }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func answersAreRecordedEvenWhileArtifactsHaveToWait() async throws {
        let server = try await LoopbackServer(#"{"slow": {"delay_ms": 3000}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n\"three\"\n", to: "prompts.jsonl")
        let enqueue = try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "slow", "--run", "main")
        #expect(enqueue.code == 0)
        let worker = try await batch.start("work", "--concurrency", "3")
        try await eventually("all cells are in flight") { try server.requests().count == 3 }
        // As a long export would hold it, or a slow disk.
        let folder = try lock("\(batch.directory)/nllm-runs/main")
        defer { close(folder) }
        try await eventually("all answers have arrived") {
            try server.log().count { $0["outcome"] as? String == "answered" } == 3
        }
        try await eventually("all answers are recorded", within: .seconds(30)) {
            try await batch.query("SELECT count(*) FROM cells WHERE status = 'ok'") == [["3"]]
        }
        flock(folder, LOCK_UN)
        #expect(try await worker.result().code == 0)
        #expect(try batch.jsonLines("nllm-runs/main/results.jsonl").count == 3)
    }

    /// Takes the lock that everyone takes who writes artifacts into that folder; it is held until it is closed.
    private func lock(_ path: String) throws -> Int32 {
        let folder = open(path, O_RDONLY | O_CLOEXEC)
        try #require(folder >= 0)
        try #require(flock(folder, LOCK_EX | LOCK_NB) == 0)
        return folder
    }

    // MARK: Signals

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aSignalPutsCellsInFlightBackAndWorkGoesOnLater(signal: Int32, code: Int32) async throws {
        // The first request of each prompt hangs, and a second one is answered.
        let server = try await LoopbackServer(#"{"first-hangs": {"hang": true, "times": 1}, "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            """
            {"prompt": "one", "models": ["first-hangs"]}
            {"prompt": "two", "models": ["first-hangs"]}
            {"prompt": "three", "models": ["good"]}
            """, to: "prompts.jsonl")
        let enqueue = try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "first-hangs", "-m", "good", "--run", "main", "--retries",
            "0")
        #expect(enqueue.code == 0)
        let worker = try await batch.start("work", "main", "--concurrency", "3", "--grace", "0")
        try await eventually("two cells hang and one is answered") {
            let answered = try await batch.query("SELECT count(*) FROM cells WHERE status = 'ok'") == [["1"]]
            return try server.requests().count == 3 && answered
        }
        worker.signal(signal)
        let stopped = try await worker.result()
        #expect(stopped.code == code)
        #expect(stopped.out.isEmpty)
        #expect(stopped.err.contains("stopping; 2 cells in flight"))
        #expect(
            stopped.err.hasSuffix(
                "interrupted: 2 cells in flight went back to pending, 2 left; resume with: nllm-batch work main\n"))
        #expect(OSProcess.marked(in: batch).isEmpty)
        let cells = try await batch.query("SELECT status, attempts, tries FROM cells ORDER BY id")
        #expect(cells == [["pending", "0", "0"], ["pending", "0", "0"], ["ok", "1", "1"]])
        let attempts = try await batch.query("SELECT outcome, number FROM attempts")
        #expect(attempts == [["ok", "1"], ["interrupted", ""], ["interrupted", ""]])

        // The command that was named.
        let work = try await batch.run("work", "main")
        #expect(work.code == 0, "\(work.err)")
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["text"] as? String } == ["echo: one\n", "echo: two\n", "echo: three\n"])
        #expect(results.map { $0["attempts"] as? Int } == [1, 1, 1])
        #expect(try server.requestsByPrompt() == ["one": 2, "two": 2, "three": 1])
    }

    @Test func whatIsAnsweredWithinTheGracePeriodIsKept() async throws {
        let server = try await LoopbackServer(#"{"slow": {"delay_ms": 2000}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        let enqueue = try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "slow", "--run", "main")
        #expect(enqueue.code == 0)
        let worker = try await batch.start("work", "--concurrency", "1", "--grace", "300")
        try await eventually("a cell is in flight") { try server.requests().count == 1 }
        worker.signal(SIGTERM)
        let stopped = try await worker.result()
        #expect(stopped.code == 143)
        #expect(stopped.err.contains("interrupted: 0 cells in flight went back to pending, 1 left"))
        let cells = try await batch.query("SELECT status, attempts FROM cells ORDER BY id")
        #expect(cells == [["ok", "1"], ["pending", "0"]])
        let work = try await batch.run("work")
        #expect(work.code == 0)
        #expect(try server.requestsByPrompt() == ["one": 1, "two": 1])
    }

    @Test func aSecondSignalEndsEverythingAtOnce() async throws {
        let server = try await LoopbackServer(#"{"first-hangs": {"hang": true, "times": 1}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        let enqueue = try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "first-hangs", "--run", "main")
        #expect(enqueue.code == 0)
        let worker = try await batch.start(
            "/bin/sh", ["-c", #"exec "$0" work --grace 600 2> stderr.txt"#, Batch.binary])
        try await eventually("two cells hang") { try server.requests().count == 2 }
        worker.signal(SIGINT)
        // Signals that come together are one.
        try await eventually("the first signal is heard") {
            String(decoding: try batch.read("stderr.txt"), as: UTF8.self).contains("stopping; 2 cells in flight")
        }
        worker.signal(SIGINT)
        #expect(try await worker.result().code == 130)
        let said = String(decoding: try batch.read("stderr.txt"), as: UTF8.self)
        #expect(said.hasSuffix("ended at once; cells in flight are done again by the next worker\n"))
        try await eventually("no llm is left") { OSProcess.marked(in: batch).isEmpty }

        let work = try await batch.run("work")
        #expect(work.code == 0, "\(work.err)")
        #expect(work.err.contains("2 cells of worker \(worker.pid), which is gone, requeued"))
        #expect(try server.requestsByPrompt() == ["one": 2, "two": 2])
        #expect(try batch.jsonLines("nllm-runs/main/results.jsonl").map { $0["attempts"] as? Int } == [1, 1])
    }

    // MARK: Commands beside a worker

    @Test func pauseStopsARunningWorkerAndResumeLetsItGoOn() async throws {
        let server = try await LoopbackServer(#"{"slow": {"delay_ms": 2000}}"#)
        let batch = try Batch(userPath: server.userPath)
        let prompts = (1...6).map { "prompt \($0)" }
        try batch.write(prompts.map { "\"\($0)\"\n" }.joined(), to: "prompts.jsonl")
        let enqueue = try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "slow", "--run", "main")
        #expect(enqueue.code == 0)
        let worker = try await batch.start("work", "--concurrency", "1")
        try await eventually("a cell is in flight") { try server.requests().count == 1 }
        let pause = try await batch.run("pause", "main")
        #expect(pause.code == 0)
        #expect(pause.err == "run main is paused\n")
        let paused = try await worker.result()
        #expect(paused.code == 75)
        #expect(paused.out.isEmpty)
        #expect(paused.err.contains("only paused runs are left; go on with: nllm-batch resume"))

        let asked = try server.requests().count
        #expect(asked < prompts.count)
        let counts = try await batch.query("SELECT status, count(*) FROM cells GROUP BY status ORDER BY status")
        #expect(counts == [["ok", String(asked)], ["pending", String(prompts.count - asked)]])
        for arguments in [["work"], ["work", "main"]] {
            #expect(try await batch.run(arguments).code == 75)
        }
        #expect(try server.requests().count == asked)

        let resume = try await batch.run("resume", "main")
        #expect(resume.code == 0)
        #expect(resume.err == "run main resumed\n")
        let work = try await batch.run("work")
        #expect(work.code == 0, "\(work.err)")
        #expect(try server.requestsByPrompt() == Dictionary(uniqueKeysWithValues: prompts.map { ($0, 1) }))
    }

    @Test func cancelEndsRunningCells() async throws {
        let server = try await LoopbackServer(#"{"hangs": {"hang": true}, "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        let enqueue = try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "good", "-m", "hangs", "--run", "main", "--timeout", "0")
        #expect(enqueue.code == 0)
        let worker = try await batch.start("work", "--concurrency", "2")
        try await eventually("two cells hang") { try server.requests().filter { $0.model == "hangs" }.count == 2 }
        let cancel = try await batch.run("cancel", "main", "-m", "hangs")
        #expect(cancel.code == 0)
        #expect(cancel.err == "2 cells cancelled\n")
        let work = try await worker.result()
        // They were left undone.
        #expect(work.code == 1)
        try await eventually("both clients have left") {
            try server.log().count { $0["outcome"] as? String == "client_left" } == 2
        }
        #expect(OSProcess.marked(in: batch).isEmpty)
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["model"] as? String } == ["good", "good"])
        let cells = try await batch.query("SELECT status, count(*) FROM cells GROUP BY status ORDER BY status")
        #expect(cells == [["cancelled", "2"], ["ok", "2"]])
    }

    @Test func retryPutsBackWhatIsSelected() async throws {
        let server = try await LoopbackServer(
            """
            {"request": {"fail": {"status": 400, "times": 1}}, "auth": {"fail": {"status": 401, "times": 1}},
             "gone": {"fail": {"status": 404}}, "good": {}}
            """)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("ping", to: "ping.txt")
        let models = ["request", "auth", "gone", "good"]
        let enqueue = try await batch.run(
            ["enqueue", "ping.txt", "--no-check", "--run", "main"] + models.flatMap { ["-m", $0] })
        #expect(enqueue.code == 0)
        #expect(try await batch.run("work").code == 1)
        try await expectResults(batch, ["error 1", "error 1", "error 1", "ok 1"])

        let one = try await batch.run("retry", "main", "--kind", "request")
        #expect(one.code == 0)
        #expect(one.err == "1 cell requeued\ncontinue with: nllm-batch work main\n")
        try await expectResults(batch, ["error 1", "error 1", "ok 1"])
        #expect(!batch.exists("nllm-runs/main/results/request.json"))
        #expect(try await batch.run("work").code == 1)
        try await expectResults(batch, ["ok 2", "error 1", "error 1", "ok 1"])

        let failed = try await batch.run("retry", "main", "--failed")
        #expect(failed.code == 0)
        #expect(failed.err.hasPrefix("2 cells requeued\n"))
        #expect(try await batch.run("work").code == 1)
        try await expectResults(batch, ["ok 2", "ok 2", "error 2", "ok 1"])
        let requests = try server.requests().reduce(into: [:]) { $0[$1.model, default: 0] += 1 }
        #expect(requests == ["request": 2, "auth": 2, "gone": 2, "good": 1])
    }

    private func expectResults(
        _ batch: Batch, _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl").map { result in
            "\(result["status"] as? String ?? "") \(result["attempts"] as? Int ?? -1)"
        }
        #expect(results == expected, sourceLocation: sourceLocation)
    }

    // MARK: The same command again

    @Test func theSameRunStartedTwiceAtOnceDoesTheWorkOnce() async throws {
        let server = try await LoopbackServer(#"{"slow": {"delay_ms": 3000}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n\"three\"\n", to: "prompts.jsonl")
        var both: [RunningProcess] = []
        for _ in 1...2 {
            both.append(try await batch.start("run", "prompts.jsonl", "--no-check", "-m", "slow", "--concurrency", "2"))
        }
        var folders: [String] = []
        for process in both {
            let result = try await process.result()
            #expect(result.code == 0, "\(result.err)")
            folders.append(result.out)
        }
        #expect(folders[0] == folders[1])
        #expect(try server.requestsByPrompt() == ["one": 1, "two": 1, "three": 1])
        #expect(try await batch.query("SELECT count(*) FROM runs") == [["1"]])
    }

    @Test func theSameRunAfterAKillTakesUpTheUnfinishedOne() async throws {
        let server = try await LoopbackServer(#"{"first-hangs": {"hang": true, "times": 1}, "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            """
            {"prompt": "one", "models": ["good"]}
            {"prompt": "two", "models": ["first-hangs"]}
            """, to: "prompts.jsonl")
        let command = ["run", "prompts.jsonl", "--no-check", "-m", "good", "-m", "first-hangs"]
        let first = try await batch.start(Batch.binary, command)
        try await eventually("one answer is recorded, and a cell hangs") {
            guard try server.requestsByPrompt() == ["one": 1, "two": 1] else { return false }
            return try await batch.query("SELECT count(*) FROM cells WHERE status = 'ok'") == [["1"]]
        }
        first.signal(SIGKILL)
        #expect(try await first.result().code == 128 + SIGKILL)
        let name = try #require(try await batch.query("SELECT name FROM runs").first?.first)

        let second = try await batch.run(command)
        #expect(second.code == 0, "\(second.err)")
        #expect(second.err.hasPrefix("resuming run \(name): 2 kept, 0 changed, 0 new, 0 removed\n"))
        #expect(second.err.contains("1 cell of worker \(first.pid), which is gone, requeued"))
        #expect(second.out == "\(batch.directory)/nllm-runs/\(name)\n")
        #expect(try server.requestsByPrompt() == ["one": 1, "two": 2])
        #expect(OSProcess.marked(in: batch).isEmpty)

        // A finished run is not taken up.
        let third = try await batch.run(command)
        #expect(third.code == 0)
        #expect(third.out != second.out)
        #expect(try server.requestsByPrompt() == ["one": 2, "two": 3])
    }

    @Test func aRunKilledBetweenItsLastAnswerAndItsArtifactsDoesNotPayAgain() async throws {
        let server = try await LoopbackServer(#"{"good": {}, "slow": {"delay_ms": 3000}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            """
            {"prompt": "one", "models": ["good"]}
            {"prompt": "two", "models": ["slow"]}
            """, to: "prompts.jsonl")
        let command = ["run", "prompts.jsonl", "--no-check", "-m", "good", "-m", "slow", "--concurrency", "1"]
        let first = try await batch.start(Batch.binary, command)
        try await eventually("the last cell is in flight") { try server.requests().count == 2 }
        let name = try #require(try await batch.query("SELECT name FROM runs").first?.first)
        // The answer is recorded, and then the worker has to wait.
        let folder = try lock("\(batch.directory)/nllm-runs/\(name)")
        defer { close(folder) }
        try await eventually("the last answer is recorded") {
            try await batch.query("SELECT finished_at IS NOT NULL, exported_at IS NULL FROM runs") == [["1", "1"]]
        }
        first.signal(SIGKILL)
        #expect(try await first.result().code == 128 + SIGKILL)
        flock(folder, LOCK_UN)
        #expect(try batch.jsonLines("nllm-runs/\(name)/results.jsonl").count == 1)

        let second = try await batch.run(command)
        #expect(second.code == 0, "\(second.err)")
        #expect(second.err.contains("resuming run \(name): 2 kept"))
        #expect(second.out == "\(batch.directory)/nllm-runs/\(name)\n")
        #expect(try server.requestsByPrompt() == ["one": 1, "two": 1])
        let results = try batch.jsonLines("nllm-runs/\(name)/results.jsonl")
        #expect(results.map { $0["text"] as? String } == ["echo: one\n", "echo: two\n"])
        #expect(batch.exists("nllm-runs/\(name)/results/000002/slow.json"))
    }

    /// Service managers signal a worker and its children together.
    @Test func cellsWhoseProcessesAreSignalledWithTheWorkerGoBackToPending() async throws {
        let llm = try Batch.fakeLLM("[ \"$1\" = -m ] || exit 0; echo $$ >> \"$HOME/pids\"; exec sleep 600")
        let batch = try Batch(llm: llm)
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        #expect(try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "m", "--retries", "0").code == 0)
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
        #expect(try await batch.query("SELECT status, attempts FROM cells") == [["pending", "0"], ["pending", "0"]])
    }

    @Test func runsOfTwoDatabasesInOneFolderKeepApart() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("\"a\"", to: "a.jsonl")
        try batch.write("\"b\"", to: "b.jsonl")
        async let first = batch.run("run", "a.jsonl", "--no-check", "-m", "m", "--db", "a.db")
        async let second = batch.run("run", "b.jsonl", "-m", "m", "--db", "b.db")
        let results = try await [first, second]
        #expect(results.map(\.code) == [0, 0])
        #expect(Set(results.map(\.out)).count == 2)
        for (result, text) in zip(results, ["a", "b"]) {
            let folder = try #require(result.lines.first).dropFirst(batch.directory.count + 1)
            #expect(try batch.jsonLines("\(folder)/results.jsonl").map { $0["text"] as? String } == [text])
        }
    }
}

/// Waits until something holds that other processes bring about; throws when that takes unreasonably long.
func eventually(_ what: String, within limit: Duration = .seconds(180), _ holds: () async throws -> Bool) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while try await !holds() {
        try #require(clock.now < deadline, "waited in vain until \(what)")
        try await Task.sleep(for: .milliseconds(20))
    }
}
