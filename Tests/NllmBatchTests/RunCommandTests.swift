import Foundation
import Testing

/// Commands that change a run beside its worker or after it.
@Suite struct RunCommandTests {
    @Test func pauseStopsARunningWorkerAndResumeLetsItGoOn() async throws {
        let server = try await LoopbackServer(#"{"slow": {"until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        let prompts = (1...6).map { "prompt \($0)" }
        try batch.write(prompts.map { "\"\($0)\"\n" }.joined(), to: "prompts.jsonl")
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "slow", "--run", "main").expectSuccess()
        let worker = try await batch.start("work", "--concurrency", "1")
        try await eventually("a cell is in flight") { try server.requests().count == 1 }
        let pause = try await batch.run("pause", "main").expectSuccess()
        #expect(pause.err == "run main is paused\n")
        try server.release()
        let paused = try await worker.result()
        #expect(paused.code == 75)
        #expect(paused.out.isEmpty)
        #expect(paused.err.contains("only paused runs are left; continue with: nllm-batch resume"))

        let asked = try server.requests().count
        #expect(asked < prompts.count)
        let counts = try batch.query("SELECT status, count(*) FROM cells GROUP BY status ORDER BY status")
        #expect(counts == [["ok", String(asked)], ["pending", String(prompts.count - asked)]])
        for arguments in [["work"], ["work", "main"], ["work", "--quiet"]] {
            let held = try await batch.run(arguments)
            #expect(held.code == 75)
            #expect(held.err.contains("only paused runs are left"), "\(arguments)")
        }
        #expect(try server.requests().count == asked)

        let resume = try await batch.run("resume", "main").expectSuccess()
        #expect(resume.err == "run main resumed\n")
        try await batch.run("work").expectSuccess()
        #expect(try server.requestsByPrompt() == Dictionary(uniqueKeysWithValues: prompts.map { ($0, 1) }))
    }

    @Test func cancelEndsRunningCells() async throws {
        let server = try await LoopbackServer(#"{"hangs": {"hang": true}, "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
        try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "good", "-m", "hangs", "--run", "main", "--timeout", "0"
        ).expectSuccess()
        let worker = try await batch.start("work", "--concurrency", "2")
        try await eventually("two cells hang") { try server.requests().filter { $0.model == "hangs" }.count == 2 }
        let cancel = try await batch.run("cancel", "main", "-m", "hangs").expectSuccess()
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
        let cells = try batch.query("SELECT status, count(*) FROM cells GROUP BY status ORDER BY status")
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
        try await batch.run(
            ["enqueue", "ping.txt", "--no-check", "--run", "main"] + models.flatMap { ["-m", $0] }
        ).expectSuccess()
        #expect(try await batch.run("work").code == 1)
        try expectResults(batch, ["error 1", "error 1", "error 1", "ok 1"])

        let one = try await batch.run("retry", "main", "--kind", "request").expectSuccess()
        #expect(one.err == "1 cell requeued\ncontinue with: nllm-batch work main\n")
        try expectResults(batch, ["error 1", "error 1", "ok 1"])
        #expect(!batch.exists("nllm-runs/main/results/request.json"))
        #expect(try await batch.run("work").code == 1)
        try expectResults(batch, ["ok 2", "error 1", "error 1", "ok 1"])

        let failed = try await batch.run("retry", "main", "--failed").expectSuccess()
        #expect(failed.err.hasPrefix("2 cells requeued\n"))
        #expect(try await batch.run("work").code == 1)
        try expectResults(batch, ["ok 2", "ok 2", "error 2", "ok 1"])
        let requests = try server.requests().reduce(into: [:]) { $0[$1.model, default: 0] += 1 }
        #expect(requests == ["request": 2, "auth": 2, "gone": 2, "good": 1])
    }

    private func expectResults(
        _ batch: Batch, _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let results = try batch.jsonLines("nllm-runs/main/results.jsonl").map { result in
            "\(result["status"] as? String ?? "") \(result["attempts"] as? Int ?? -1)"
        }
        #expect(results == expected, sourceLocation: sourceLocation)
    }
}
