import Foundation
import Testing

/// A run whose remaining cells all wait for someone to act ends as blocked, and holds up no later one.
@Suite struct BlockedRunTests {
    private static let night = ["run", "p.jsonl", "--no-check", "-m", "broken", "-m", "good", "--executor", "shared"]

    private func scene() async throws -> (Batch, LoopbackServer) {
        let server = try await LoopbackServer(#"{"broken": {"fail": {"status": 401}}, "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write((1...6).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        return (batch, server)
    }

    private func states(_ batch: Batch) async throws -> [String] {
        try await batch.run("list", "--json").expectSuccess().lines.map { line in
            let run = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(run?["state"] as? String)
        }
    }

    private func requests(_ server: LoopbackServer, to model: String) throws -> Int {
        try server.requests().count { $0.model == model }
    }

    @Test func everyNightAsksTheModelsThatWorkAndNamesTheOneThatDoesNot() async throws {
        let (batch, server) = try await scene()
        var names: [String] = []
        for night in 1...3 {
            // As cron does it, with a log that grows.
            let run = try await batch.command(
                "/bin/sh", ["-c", "\"$@\" >> nightly.log 2>&1", "sh", Batch.binary] + Self.night + ["--quiet"])
            #expect(run.code == 1)
            #expect(try requests(server, to: "good") == 6 * night)
            let newest = try batch.query("SELECT name FROM runs ORDER BY id DESC LIMIT 1")[0][0]
            names.append(newest)
            try expectReport(of: newest, in: batch)
        }
        #expect(Set(names).count == 3)
        #expect(try await states(batch) == ["blocked", "blocked", "blocked"])
        try await server.change(#"{"broken": {}, "good": {}}"#)
        let log = try batch.read("nightly.log")
        let fourth = try await batch.command(
            "/bin/sh", ["-c", "\"$@\" >> nightly.log 2>&1", "sh", Batch.binary] + Self.night + ["--quiet"])
        #expect(fourth.code == 0)
        #expect(try batch.read("nightly.log") == log)
        #expect(try await states(batch) == ["finished", "blocked", "blocked", "blocked"])
        try await expectUntouched(names, batch, server)
    }

    /// The log says what has failed and what to do, each line with its time; all results are there, in order.
    private func expectReport(of newest: String, in batch: Batch) throws {
        let log = try batch.lines("nightly.log")
        let time = #/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /#
        #expect(log.allSatisfy { $0.firstMatch(of: time) != nil }, "\(log)")
        #expect(log.contains { $0.contains("\(newest): blocked, 6 ok, 3 error, 3 pending") }, "\(log)")
        #expect(
            log.contains {
                $0.contains("  broken: 3 cells left, paused after repeated auth failures: Error code: 401")
                    && $0.hasSuffix("; fix that, then: nllm-batch work \(newest)")
            }, "\(log)")
        #expect(log.contains { $0.hasSuffix("see them with: nllm-batch show \(newest) --failed") }, "\(log)")
        let results = try batch.jsonLines("nllm-runs/\(newest)/results.jsonl")
        #expect(results.count == 9)
        let ids = results.compactMap { $0["prompt_id"] as? String }
        #expect(ids == ids.sorted())
    }

    /// Workers leave blocked runs alone until they are named.
    private func expectUntouched(_ names: [String], _ batch: Batch, _ server: LoopbackServer) async throws {
        let idle = try await batch.run("work").expectSuccess()
        #expect(
            idle.err
                == "nothing to do; 3 blocked runs left alone; fix what they wait for, then: nllm-batch work \(names[2])\n"
        )
        let list = try await batch.run("list").expectSuccess()
        for name in names {
            #expect(list.err.contains("run \(name) is blocked; fix what it waits for, then: nllm-batch work \(name)\n"))
        }
        let asked = try requests(server, to: "good")
        let named = try await batch.run("work", names[0]).expectSuccess()
        #expect(named.err.contains("\(names[0]): 12 ok in "), "\(named.err)")
        try await batch.run("resume", names[1]).expectSuccess()
        try await batch.run("work").expectSuccess()
        #expect(try await states(batch) == ["finished", "blocked", "finished", "finished"])
        #expect(try requests(server, to: "good") == asked)
    }

    @Test func aRunThatIsTooOldIsLeftAsItIs() async throws {
        let (batch, server) = try await scene()
        try batch.write("batch: {resume_within: 1h}\n", to: ".nllm-config.yaml")
        let enqueue = ["enqueue"] + Self.night.dropFirst().dropLast(2)
        let old = try await batch.run(Array(enqueue)).expectSuccess().lines[0]
        try batch.execute("UPDATE runs SET created_at = created_at - 3660000", in: "nllm-runs/batch.db")
        try await server.change(#"{"broken": {}, "good": {}}"#)
        let run = try await batch.run(Self.night).expectSuccess()
        #expect(
            run.err.contains(
                "leaving run \(old), made 1 h 1 min ago, with 12 of 12 cells to do; take it up with: nllm-batch work \(old)\n"
            ), "\(run.err)")
        #expect(try await states(batch) == ["finished", "new"])
        // One that is younger is continued.
        let young = try await batch.run(Array(enqueue)).expectSuccess().lines[0]
        let again = try await batch.run(Self.night).expectSuccess()
        #expect(again.err.contains("resuming run \(young)"), "\(again.err)")
    }

    @Test func aBudgetThatIsSpentBlocksAndAWindowDoesNot() async throws {
        let server = try await LoopbackServer(#"{"good": {"usage": true}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write((1...6).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        let run = ["run", "p.jsonl", "--no-check", "-m", "good", "--executor", "shared", "--max-tokens-total", "10"]
        let spent = try await batch.run(run)
        #expect(spent.code == 1)
        #expect(try await states(batch) == ["blocked"])
        let window = try await batch.run(run + ["--new", "--budget-window", "24h"])
        #expect(window.code == 1)
        #expect(try await states(batch) == ["new", "blocked"])
        let pruned = try await batch.run("prune", "--keep", "0").expectSuccess()
        #expect(pruned.lines.count == 1)
        #expect(try await states(batch) == ["new"])
    }
}
