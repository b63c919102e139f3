import Foundation
import Testing

/// Databases and run folders of earlier versions are taken up as they are.
@Suite struct UpgradeTests {
    @Test func everyStateOfADatabaseIsThere() {
        let versions = [
            "0004-limits", "0007-files", "0008-failure-kinds", "0009-comparisons", "0010-blocked-runs", "0011-results",
            "0012-conversations", "0013-evaluations",
        ]
        for state in ["finished", "interrupted", "files"] {
            #expect(Fixture.all(state).map(\.version) == versions, "\(state)")
        }
    }

    @Test(arguments: Fixture.all("finished") + Fixture.all("interrupted") + Fixture.all("files"))
    func anUpgradedDatabaseIsSound(fixture: Fixture) async throws {
        let batch = try Batch()
        try fixture.install(in: batch)
        let runs = try batch.query("SELECT name FROM runs ORDER BY id DESC").map { $0[0] }
        let cells = try batch.query("SELECT id, key, status, attempts FROM cells ORDER BY id")
        let results = try batch.query("SELECT * FROM results ORDER BY run, prompt_id, model, sample")

        let list = try await batch.run("list", "--json").expectSuccess()
        let listed = try list.lines.map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        }
        #expect(listed.map { $0?["run"] as? String } == runs)
        for run in runs {
            for command in [["status", run], ["show", run]] {
                let shown = try await batch.run(command).expectSuccess("\(command)")
                #expect(shown.out != "", "\(command)")
            }
        }
        #expect(try batch.query("PRAGMA integrity_check") == [["ok"]])
        #expect(try batch.query("PRAGMA foreign_key_check") == [])
        // Nothing that was paid for has changed, nor the keys by which it is found again.
        #expect(try batch.query("SELECT id, key, status, attempts FROM cells ORDER BY id") == cells)
        let now = try batch.query("SELECT * FROM results ORDER BY run, prompt_id, model, sample")
        #expect(now.map { Array($0.prefix(results[0].count)) } == results)
    }

    @Test(arguments: Fixture.all("finished") + Fixture.all("files"))
    func anUpgradedRunIsExportedAsItWas(fixture: Fixture) async throws {
        let batch = try Batch()
        try fixture.install(in: batch)
        for run in try batch.query("SELECT name FROM runs") {
            let before = try batch.files(below: "nllm-runs/\(run[0])")
            #expect(before["results.jsonl"] != nil)
            let export = try await batch.run("export", run[0]).expectSuccess()
            #expect(export.out == "\(batch.directory)/nllm-runs/\(run[0])\n")
            let after = try batch.files(below: "nllm-runs/\(run[0])")
            for name in Set(before.keys).union(after.keys) { #expect(before[name] == after[name], "\(name)") }
        }
    }

    /// The oldest and the newest version; `NLLM_BATCH_SOAK=1` takes all.
    private static let interrupted: [Fixture] = {
        let all = Fixture.all("interrupted")
        return isLong ? all : [all.first, all.last].compactMap(\.self)
    }()

    @Test(arguments: interrupted)
    func anUpgradedRunIsFinishedWithoutAskingAgain(fixture: Fixture) async throws {
        let names = ["good", "slow", "flaky", "locked-out", "busy"]
        let server = try await LoopbackServer("{" + names.map { "\"\($0)\": {}" }.joined(separator: ", ") + "}")
        let batch = try Batch(userPath: server.userPath)
        try fixture.install(in: batch)
        // The hour for which the provider asked is over, whenever this runs.
        let over =
            "UPDATE throttles SET held_until = 1 WHERE held_until > 0; UPDATE cells SET not_before = 1 WHERE not_before > 0"
        try batch.execute(over, in: "nllm-runs/batch.db")
        let done = try batch.query(
            "SELECT model || ' ' || prompt FROM results WHERE run = 'half' AND status = 'ok'")
        #expect(done.count > 3)

        let half = try await batch.run("work", "half").expectSuccess()
        #expect(half.err.contains("18 ok"), "\(half.err)")
        let asked = try server.requests().map { "\($0.model) \($0.prompt)" }
        #expect(Set(asked).isDisjoint(with: done.map { $0[0] }), "\(asked)")
        #expect(asked.count == 18 - done.count)
        let held = try await batch.run("work", "held").expectSuccess()
        #expect(held.err.contains("12 ok"), "\(held.err)")
        let waiting = try await batch.run("work")
        #expect(waiting.code == 75, "\(waiting.err)")
        try await batch.run("resume", "waiting").expectSuccess()
        try await batch.run("work").expectSuccess()

        for run in ["half", "held", "waiting"] {
            let lines = try batch.jsonLines("nllm-runs/\(run)/results.jsonl")
            #expect(lines.allSatisfy { $0["status"] as? String == "ok" }, "\(run)")
            let folder = try batch.files(below: "nllm-runs/\(run)")
            try await batch.run("export", run).expectSuccess()
            #expect(try batch.files(below: "nllm-runs/\(run)") == folder, "\(run)")
        }
        #expect(try batch.query("SELECT count(*) FROM cells WHERE status <> 'ok'") == [["0"]])
    }

    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"

    /// `NLLM_BATCH_SOAK=1` makes it long.
    @Test(arguments: Fixture.all("interrupted"))
    func aKilledUpgradeLeavesADatabaseThatOpensAgain(fixture: Fixture) async throws {
        for number in 1...(Self.isLong ? 100 : 3) {
            let batch = try Batch()
            try fixture.install(in: batch)
            let cells = try batch.query("SELECT id, key, status, attempts FROM cells ORDER BY id")
            let upgrade = try await batch.start("list")
            let log = batch.directory + "/nllm-runs/batch.db-wal"
            // Nothing is waited for here: any moment is right.
            while number % 3 > 0, !FileManager.default.fileExists(atPath: log), !OSProcess.isGone(upgrade.pid) {
                try await Task.sleep(for: .microseconds(200))
            }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...20_000)))
            upgrade.signal(SIGKILL)
            _ = try await upgrade.result()
            try await batch.run("list").expectSuccess()
            #expect(try batch.query("SELECT id, key, status, attempts FROM cells ORDER BY id") == cells)
            #expect(try batch.query("PRAGMA integrity_check") == [["ok"]])
            #expect(try batch.query("PRAGMA foreign_key_check") == [])
        }
    }
}
