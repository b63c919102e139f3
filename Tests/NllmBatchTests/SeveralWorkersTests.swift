import Foundation
import NllmCore
import Testing

/// Several processes on one database: nothing is done twice, and nobody waits in vain.
@Suite struct SeveralWorkersTests {
    @Test func fourWorkersOnOneDatabaseAskEachPromptOnce() async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        let prompts = (1...12).map { "prompt \($0)" }
        try batch.write(prompts.map { "\"\($0)\"\n" }.joined(), to: "prompts.jsonl")
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "good", "--run", "main").expectSuccess()
        var workers: [RunningProcess] = []
        for _ in 1...4 { workers.append(try await batch.start("work", "--concurrency", "2")) }
        for worker in workers {
            try await worker.result().expectSuccess()
        }
        #expect(try server.requestsByPrompt() == Dictionary(uniqueKeysWithValues: prompts.map { ($0, 1) }))
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["text"] as? String } == prompts.map { "echo: \($0)" })
        #expect(try batch.query("SELECT count(*) FROM attempts") == [["12"]])
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
        #expect(try batch.query("SELECT count(*) FROM cells") == [["8"]])
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
        let server = try await LoopbackServer(#"{"slow": {"until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n\"three\"\n", to: "prompts.jsonl")
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "slow", "--run", "main").expectSuccess()
        let worker = try await batch.start("work", "--concurrency", "3")
        try await eventually("all cells are in flight") { try server.requests().count == 3 }
        // As a long export would hold it, or a slow disk.
        let folder = try await batch.lock("nllm-runs/main")
        defer { close(folder) }
        try server.release()
        try await eventually("all answers have arrived") {
            try server.log().count { $0["outcome"] as? String == "answered" } == 3
        }
        try await eventually("all answers are recorded") {
            try batch.query("SELECT count(*) FROM cells WHERE status = 'ok'") == [["3"]]
        }
        flock(folder, LOCK_UN)
        try await worker.result().expectSuccess()
        #expect(try batch.jsonLines("nllm-runs/main/results.jsonl").count == 3)
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
