import Foundation
import Testing

/// The same command again takes up what was not finished, and pays for nothing twice.
@Suite struct ResumeTests {
    @Test func theSameRunStartedTwiceAtOnceDoesTheWorkOnce() async throws {
        let server = try await LoopbackServer(#"{"slow": {"until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n\"three\"\n", to: "prompts.jsonl")
        var both: [RunningProcess] = []
        for _ in 1...2 {
            both.append(try await batch.start("run", "prompts.jsonl", "--no-check", "-m", "slow", "--concurrency", "2"))
        }
        try await eventually("both are at work") {
            guard batch.exists("nllm-runs/batch.db") else { return false }
            return (try? batch.query("SELECT count(*) FROM workers")) == [["2"]]
        }
        try server.release()
        var folders: [String] = []
        for process in both {
            let result = try await process.result().expectSuccess()
            folders.append(result.out)
        }
        #expect(folders[0] == folders[1])
        #expect(try server.requestsByPrompt() == ["one": 1, "two": 1, "three": 1])
        #expect(try batch.query("SELECT count(*) FROM runs") == [["1"]])
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
            return try batch.query("SELECT count(*) FROM cells WHERE status = 'ok'") == [["1"]]
        }
        first.signal(SIGKILL)
        #expect(try await first.result().code == 128 + SIGKILL)
        let name = try #require(try batch.query("SELECT name FROM runs").first?.first)

        let second = try await batch.run(command).expectSuccess()
        #expect(second.err.hasPrefix("resuming run \(name): 2 kept, 0 changed, 0 new, 0 removed\n"))
        #expect(second.err.contains("1 cell of worker \(first.pid), which is gone, requeued"))
        #expect(second.out == "\(batch.directory)/nllm-runs/\(name)\n")
        #expect(try server.requestsByPrompt() == ["one": 1, "two": 2])
        #expect(OSProcess.marked(in: batch).isEmpty)

        // A finished run is not taken up.
        let third = try await batch.run(command).expectSuccess()
        #expect(third.out != second.out)
        #expect(try server.requestsByPrompt() == ["one": 2, "two": 3])
    }

    @Test func aRunKilledBetweenItsLastAnswerAndItsArtifactsDoesNotPayAgain() async throws {
        let server = try await LoopbackServer(#"{"good": {}, "slow": {"until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            """
            {"prompt": "one", "models": ["good"]}
            {"prompt": "two", "models": ["slow"]}
            """, to: "prompts.jsonl")
        let command = ["run", "prompts.jsonl", "--no-check", "-m", "good", "-m", "slow", "--concurrency", "1"]
        let first = try await batch.start(Batch.binary, command)
        try await eventually("the last cell is in flight") { try server.requests().count == 2 }
        let name = try #require(try batch.query("SELECT name FROM runs").first?.first)
        // The answer is recorded, and then the worker has to wait.
        let folder = try await batch.lock("nllm-runs/\(name)")
        defer { close(folder) }
        try server.release()
        try await eventually("the last answer is recorded") {
            try batch.query("SELECT finished_at IS NOT NULL, exported_at IS NULL FROM runs") == [["1", "1"]]
        }
        first.signal(SIGKILL)
        #expect(try await first.result().code == 128 + SIGKILL)
        flock(folder, LOCK_UN)
        #expect(try batch.jsonLines("nllm-runs/\(name)/results.jsonl").count == 1)

        let second = try await batch.run(command).expectSuccess()
        #expect(second.err.contains("resuming run \(name): 2 kept"))
        #expect(second.out == "\(batch.directory)/nllm-runs/\(name)\n")
        #expect(try server.requestsByPrompt() == ["one": 1, "two": 1])
        let results = try batch.jsonLines("nllm-runs/\(name)/results.jsonl")
        #expect(results.map { $0["text"] as? String } == ["echo: one", "echo: two"])
        #expect(batch.exists("nllm-runs/\(name)/results/000002/slow.json"))
    }
}
