import Foundation
import Testing

/// Runs that are removed leave nothing behind, and nothing that others need goes with them.
@Suite struct RemoveRunTests {
    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"

    private func batch(_ llm: String = "cat") throws -> Batch { try Batch(llm: Batch.fakeLLM(llm)) }

    private func run(_ batch: Batch, _ name: String, prompts: Int = 3, _ more: String...) async throws {
        try batch.write((1...prompts).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        try await batch.run(["run", "p.jsonl", "-m", "m", "--no-check", "--run", name] + more).requireSuccess()
    }

    private static let tables = ["runs", "sources", "prompts", "models", "cells", "attempts", "answers", "counters"]

    private func rows(_ batch: Batch) throws -> [String] {
        try batch.query(
            "SELECT " + Self.tables.map { "(SELECT count(*) FROM \($0))" }.joined(separator: ", "))[0]
    }

    private func expectSound(_ batch: Batch, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(try batch.query("PRAGMA foreign_key_check") == [], sourceLocation: sourceLocation)
        let doctor = try await batch.run("doctor")
        #expect(doctor.out.contains(", sound\n"), "\(doctor.out)", sourceLocation: sourceLocation)
    }

    @Test func aRunGoesWithItsRowsAndItsFolderAndTheSpace() async throws {
        let batch = try batch("case $1 in -m) head -c 200000 /dev/zero | tr '\\0' x;; esac")
        try await run(batch, "big", prompts: 12, "--raw")
        try await run(batch, "small", prompts: 1)
        let size = try batch.read("nllm-runs/batch.db").count
        #expect(size > 2_000_000)
        let removed = try await batch.run("rm", "big").expectSuccess()
        #expect(removed.out == "big\n")
        #expect(removed.err == "")
        #expect(!batch.exists("nllm-runs/big"))
        #expect(try batch.read("nllm-runs/batch.db").count < size / 3)
        #expect(try rows(batch) == Self.tables.map { _ in "1" })
        #expect(batch.exists("nllm-runs/small/results.jsonl"))
        try await expectSound(batch)
        // The same command again has nothing to do, and a name that never was is an error.
        let again = try await batch.run("rm", "big").expectSuccess()
        #expect(again.err == "run big was removed before\n")
        #expect(try await batch.run("rm", "small", "other").code == 66)
        #expect(batch.exists("nllm-runs/small/results.jsonl"))
        // The number of the newest run is not used again.
        #expect(try await batch.run("rm", "small", "--json").lines.count == 1)
        try await run(batch, "next", prompts: 1)
        #expect(try batch.query("SELECT id FROM runs") == [["3"]])
    }

    @Test func whatOthersNeedStays() async throws {
        let batch = try batch()
        try await run(batch, "first")
        try await run(batch, "second", "--cache", "any")
        let before = try batch.files(below: "nllm-runs/second")
        try batch.write("mine", to: "nllm-runs/first/notes/a.txt")
        try batch.write("mine", to: "nllm-runs/first/results/000001/b.txt")
        let removed = try await batch.run("rm", "first").expectSuccess()
        #expect(
            removed.err
                .hasPrefix(
                    "\(batch.directory)/nllm-runs/first stays, because it holds what the run did not make, such as "))
        #expect(try batch.files(below: "nllm-runs/first").keys.sorted() == ["notes/a.txt", "results/000001/b.txt"])
        try await batch.run("export", "second").expectSuccess()
        #expect(try batch.files(below: "nllm-runs/second") == before)
        let cited = try batch.jsonLines("nllm-runs/second/results.jsonl").map { $0["meta"] as? [String: Any] }
        #expect(cited.allSatisfy { ($0?["cached_from"] as? [String: String])?["run"] == "first" })
        // Whoever asks the same again is answered from what was reused.
        try await run(batch, "third", "--cache", "any")
        #expect(try batch.query("SELECT count(*) FROM attempts WHERE cached_from IS NULL") == [["0"]])
        try await expectSound(batch)
    }

    @Test func aFolderThatIsNotTheRunsStays() async throws {
        let batch = try batch()
        try await run(batch, "r")
        try FileManager.default.removeItem(atPath: batch.directory + "/nllm-runs/r")
        try batch.write("{}", to: "nllm-runs/r/manifest.json")
        try batch.write("mine", to: "nllm-runs/r/results/000001/m.json")
        let removed = try await batch.run("rm", "r").expectSuccess()
        #expect(
            removed.err
                == "\(batch.directory)/nllm-runs/r stays, because it holds files that are not this run's\n")
        #expect(try batch.files(below: "nllm-runs/r").count == 2)
        #expect(try rows(batch) == Self.tables.map { _ in "0" })
    }

    @Test func aRunThatAWorkerWorksOnStaysUntilTheWorkerIsGone() async throws {
        let batch = try batch("case $2 in m) echo $$ >> \"$HOME/pids\"; exec sleep 300;; esac")
        try batch.write("\"x\"\n\"y\"\n", to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        let worker = try await batch.start("work", "-j", "2", "--executor", "process")
        try await eventually("both cells run") { try batch.lines("pids").count == 2 }
        for command in [["rm", "r"], ["rm", "r", "--json"]] {
            let refused = try await batch.run(command)
            #expect(refused.code == 75)
            #expect(refused.out == "")
            #expect(
                refused.err
                    == "error: run r cannot be removed: a worker works on it; stop the worker or wait for it, then run "
                    + "the same command again\n")
        }
        #expect(try batch.query("SELECT count(*) FROM cells WHERE status = 'running'") == [["2"]])
        worker.signal(SIGKILL)
        _ = try await worker.result()
        try await batch.run("rm", "r").expectSuccess()
        #expect(try rows(batch) == Self.tables.map { _ in "0" })
        // What the worker had left running is ended, too.
        let pids = try batch.lines("pids").compactMap { pid_t($0) }
        try await eventually("its processes are gone") { pids.allSatisfy(OSProcess.isGone) }
        try await expectSound(batch)
    }

    @Test func aRemovalThatWasKilledIsFinishedByTheSameCommand() async throws {
        let batch = try batch()
        let prompts = Self.isLong ? 100_000 : 2000
        let lines = (1...prompts).map { "\"prompt \($0)\"\n" }.joined()
        try batch.write(lines, to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        try addAnswers(batch)
        try await run(batch, "other", prompts: 2)
        try await batch.run("export", "r").expectSuccess()
        var kills = 0
        for number in 1...(Self.isLong ? 100 : 5) {
            let process = try await batch.start("rm", "r")
            // Nothing is waited for here: any moment is right.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...(20 * (number - 1)))))
            process.signal(SIGKILL)
            guard try await process.result().code != 0 else { break }
            kills += 1
            try await expectSound(batch)
            guard try batch.query("SELECT count(*) FROM runs WHERE name = 'r'") == [["1"]] else { break }
            for command in [
                ["export", "r"], ["retry", "r"], ["enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r"],
            ] {
                guard try batch.query("SELECT removing FROM runs WHERE name = 'r'") == [["1"]] else { break }
                let result = try await batch.run(command)
                #expect(result.code == 75, "\(command): \(result.err)")
                #expect(result.err.contains("finish it with `nllm-batch rm r`"))
            }
        }
        try await batch.run("rm", "r").expectSuccess()
        #expect(kills > 0)
        #expect(!batch.exists("nllm-runs/r"))
        #expect(try rows(batch) == ["1", "1", "2", "1", "2", "2", "2", "1"])
        try await batch.run("export", "other").expectSuccess()
        try await expectSound(batch)
    }

    /// Gives each cell of run `r` an answer without asking for it.
    private func addAnswers(_ batch: Batch) throws {
        try batch.execute(
            """
            INSERT INTO workers (mark, host, boot, pid, process_started, registered_at, heartbeat_at, ended_at)
            VALUES ('', '', '', 1, '', 0, 0, 0);
            INSERT INTO attempts (run_id, cell_id, number, worker_id, outcome, exit_code, started_at, finished_at, duration_ms)
            SELECT run_id, id, 1, 1, 'ok', 0, 1, 2, 1 FROM cells;
            INSERT INTO answers (attempt_id, text, stderr_tail, command) SELECT id, hex(randomblob(500)), '', '[]' FROM attempts;
            UPDATE cells SET status = 'ok', attempts = 1,
                attempt_id = (SELECT id FROM attempts WHERE cell_id = cells.id);
            UPDATE runs SET finished_at = 3;
            """, in: "nllm-runs/batch.db")
    }

    // MARK: prune

    @Test func oldRunsGoAndTheNewestStay() async throws {
        let batch = try batch()
        let day = 86_400_000.0
        for (name, age) in [("a", 40.0), ("b", 30.5), ("c", 20), ("d", 1)] {
            try await run(batch, name, prompts: 1)
            let finished = Int(Date().timeIntervalSince1970 * 1000 - age * day)
            try batch.execute(
                "UPDATE runs SET finished_at = \(finished) WHERE name = '\(name)'", in: "nllm-runs/batch.db")
        }
        try batch.write("\"x\"", to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "open").expectSuccess()
        try batch.execute("UPDATE runs SET created_at = 0 WHERE name = 'open'", in: "nllm-runs/batch.db")

        for (options, expected) in [
            (["--older-than", "30d"], ["a", "b"]), (["--keep", "1"], ["a", "b", "c"]),
            (["--older-than", "30d", "--keep", "3"], ["a"]), (["--older-than", "12h", "--keep", "2"], ["a", "b"]),
            (["--older-than", "60d"], []), (["--keep", "0"], ["a", "b", "c", "d"]),
        ] {
            let before = batch.listing()
            let plan = try await batch.run(["prune", "--dry-run"] + options).expectSuccess()
            #expect(plan.lines == expected, "\(options)")
            #expect(batch.changes(since: before) == [])
        }
        let pruned = try await batch.run("prune", "--older-than", "25d", "--keep", "1", "--json").expectSuccess()
        #expect(
            pruned.lines
                == ["a", "b"].map {
                    #"{"run":"\#($0)","folder":"\#(batch.directory)/nllm-runs/\#($0)","folder_removed":true,"cells":1}"#
                })
        #expect(pruned.err == "2 runs removed\n")
        #expect(try batch.query("SELECT name FROM runs ORDER BY id") == [["c"], ["d"], ["open"]])
        #expect(["a", "b", "c", "d"].map { batch.exists("nllm-runs/" + $0) } == [false, false, true, true])
        try await expectSound(batch)
    }

    @Test(arguments: [
        ([], "name what is to be removed with `--older-than`, `--keep` or both"),
        (["--older-than", "soon"], "`--older-than` is `soon` but must be a duration such as 90, 15m, 24h or 7d"),
        (["--keep=-1"], "`--keep` is -1 but must be 0 or more"),
    ])
    func whatPruneDoesNotUnderstandRemovesNothing(options: [String], error: String) async throws {
        let batch = try batch()
        try await run(batch, "r")
        let before = batch.listing()
        let result = try await batch.run(["prune"] + options)
        #expect(result.code == 64)
        #expect(result.err.contains(error), "\(result.err)")
        #expect(batch.changes(since: before) == [])
    }
}
