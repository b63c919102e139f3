import Foundation
import Testing

/// Runs move between databases: as a whole with `copy`, and answer by answer with `--cache-from`.
@Suite struct CopyTests {
    /// The tables whose rows a run takes along, and those that are of one machine or version.
    private static let tables = (
        ofRuns: [
            "runs", "sources", "prompts", "models", "cells", "attempts", "answers", "counters", "contents", "gradings",
            "grades", "evaluations", "acceptances", "workers",
        ],
        others: [
            "limits", "buckets", "throttles", "spending", "removed_runs", "failure_kinds", "secrets", "migrations",
        ]
    )

    /// A night `r` with answers, a failure, raw output, scores, and questions to a judge that says nothing usable.
    private func scene() async throws -> Batch {
        let batch = try Batch.scripted()
        try batch.write(
            """
            {"id": "a", "prompt": "one", "assert": [{"type": "llm-rubric", "value": "is a number"}, "equals:one"]}
            {"id": "b", "prompt": "garbage"}
            {"id": "c", "prompt": "unless it is fixed", "metadata": {"k": 1}}
            """, to: "p.jsonl")
        try await night("r", batch)
        return batch
    }

    private func night(_ name: String, _ batch: Batch) async throws {
        let result = try await batch.run(
            "run", "p.jsonl", "-m", "m", "-m", "n", "--raw", "--retries", "1", "--judge", "j", "--series", "nightly",
            "--gate", "errors <= 2", "--run", name, "--executor", "process", "--no-check", "-q")
        #expect(result.code == 0 || result.code == 1, "\(result.err)")
    }

    @Test func aCopyIsTheRunWithItsHistory() async throws {
        let batch = try await scene()
        // Ids are taken in the other database, by a run that is there and one that was removed.
        try batch.write("\"x\"\n\"y\"\n", to: "q.jsonl")
        for name in ["gone", "first"] {
            try await batch.run(
                "run", "q.jsonl", "-m", "m", "--db", "other/archive.db", "--run", name, "-q", "--executor", "process",
                "--no-check", "-o", "other"
            ).expectSuccess()
        }
        try await batch.run("rm", "gone", "--db", "other/archive.db").expectSuccess()
        let copy = try await batch.run("copy", "r", "--into", "other/archive.db").expectSuccess()
        #expect(copy.out == "\(batch.directory)/other/archive.db\n")
        #expect(copy.err == "run r with 6 cells copied\n")

        try await batch.run("export", "r", "-o", "one").expectSuccess()
        try await batch.run("export", "r", "-o", "two", "--db", "other/archive.db").expectSuccess()
        let files = try batch.files(below: "one/r")
        #expect(files.count == 2 + 3 * 6)
        #expect(try batch.files(below: "two/r") == files)
        for command in [
            ["show", "r", "--json"], ["gate", "r", "--json"], ["status", "r", "--json"],
            ["usage", "--by", "series", "--json"],
            ["trend", "nightly", "--json"], ["explain", "r", "--prompt", "a", "--json"],
        ] {
            let here = try await batch.run(command)
            let there = try await batch.run(command + ["--db", "other/archive.db"])
            #expect(here.code == there.code && here.lines.count > 0, "\(command): \(there.err)")
            #expect(here.lines.allSatisfy(there.lines.contains), "\(command): \(here.out)\n\(there.out)")
        }
        for check in ["PRAGMA foreign_key_check", "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'"]
        {
            #expect(try batch.query(check, database: "other/archive.db") == [], "\(check)")
        }
        for table in Self.tables.ofRuns where !["gradings", "workers"].contains(table) {
            let column = ["runs": "id", "answers": "attempt_id"][table] ?? "run_id"
            let count = "SELECT count(*) FROM \(table) WHERE \(column) > "
            let there = try batch.query(count + (table == "answers" ? "4" : "2"), database: "other/archive.db")
            #expect(try batch.query(count + "0") == there, "\(table)")
        }
        // A table of a later version has to be in one of both lists.
        let tables = try batch.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        #expect(Set(tables.flatMap(\.self)) == Set(Self.tables.ofRuns + Self.tables.others))
        // What was copied is worked on like any other run.
        try batch.write("", to: "fixed")
        try await batch.run("retry", "r", "--db", "other/archive.db").expectSuccess()
        let work = try await batch.run("work", "r", "--db", "other/archive.db", "--executor", "process", "-q")
        #expect(work.err.hasPrefix("r: 6 ok in "), "\(work.err)")
        #expect(
            try batch.jsonLines("nllm-runs/r/results.jsonl").compactMap { $0["status"] as? String }.allSatisfy {
                $0 == "ok"
            })
    }

    @Test func aSecondCopyDoesNothingOrIsRefused() async throws {
        let batch = try await scene()
        try await batch.run("copy", "--into", "archive.db").expectSuccess()
        let runs = try batch.query("SELECT count(*) FROM attempts", database: "archive.db")
        let again = try await batch.run("copy", "r", "--into", "archive.db").expectSuccess()
        #expect(again.err == "run r is there already; nothing was done\n")
        #expect(try batch.query("SELECT count(*) FROM attempts", database: "archive.db") == runs)

        let archive = batch.directory + "/archive.db"
        try await batch.run("retry", "r").expectSuccess()
        let refused = try await batch.run("copy", "r", "--into", "archive.db")
        #expect(refused.code == 73 && refused.out == "")
        #expect(
            refused.err == "error: \(archive) has run `r` in another state; to replace it, remove it first with "
                + "`nllm-batch rm r --db \(archive)`\n")
        try await batch.run("rm", "r").expectSuccess()
        try await night("r", batch)
        let taken = try await batch.run("copy", "r", "--into", "archive.db")
        #expect(taken.code == 73)
        #expect(
            taken.err == "error: \(archive) has another run `r`; name another database, or remove that run with "
                + "`nllm-batch rm r --db \(archive)`\n")
        let own = try await batch.run("copy", "r", "--into", "nllm-runs/batch.db")
        #expect(own.code == 64 && own.err.hasSuffix("nllm-runs/batch.db is the database itself; name another one\n"))
        #expect(try await batch.run("copy", "none", "--into", "new.db").code == 66)
        #expect(!batch.exists("new.db"))
        #expect(try await batch.run("copy", "r", "--into", "p.jsonl").code == 65)
    }

    @Test func aKilledCopyIsThereOrNot() async throws {
        let batch = try Batch.scripted()
        try batch.write((1...5000).map { "\"\($0)\"\n" }.joined(), to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "-m", "n", "--run", "r", "--no-check").expectSuccess()
        for milliseconds in [20, 60, 120, 250] {
            let copy = try await batch.start("copy", "r", "--into", "archive.db")
            try await Task.sleep(for: .milliseconds(milliseconds))
            copy.signal(SIGKILL)
            _ = try await copy.result()
            guard batch.exists("archive.db") else { continue }
            let counts = try? batch.query("SELECT count(*) FROM cells", database: "archive.db")
            #expect(counts == nil || counts == [["0"]] || counts == [["10000"]])
        }
        try await batch.run("copy", "r", "--into", "archive.db").expectSuccess()
        #expect(try batch.query("SELECT count(*) FROM cells", database: "archive.db") == [["10000"]])
    }

    @Test func answersOfAnotherDatabaseAreReused() async throws {
        let batch = try Batch.scripted()
        try batch.write("\"one\"\n\"two\"\n", to: "p.jsonl")
        func command(_ name: String, _ run: String, _ more: String...) async throws -> Batch.Result {
            try await batch.run(
                [name, "p.jsonl", "-m", "m", "--run", run, "--no-check"] + more
                    + (name == "run" ? ["--executor", "process"] : [])
            ).expectSuccess()
        }
        _ = try await command("run", "r", "--db", "a/one.db", "-o", "a")
        let enqueue = try await command("enqueue", "e", "--cache-from", "a/one.db")
        #expect(enqueue.err.contains("2 cells answered from \(batch.directory)/a/one.db, without a request\n"))
        let work = try await batch.run("work", "e").expectSuccess()
        #expect(work.out == "\(batch.directory)/nllm-runs/e\n")
        let results = try batch.jsonLines("nllm-runs/e/results.jsonl")
        #expect(results.map { $0["text"] as? String } == ["one", "two"])
        let source = (results[0]["meta"] as? [String: Any])?["cached_from"] as? [String: String]
        #expect(source?["run"] == "r" && source?["prompt_id"] == "000001")

        let run = try await command("run", "u", "--cache-from", "a/one.db", "--db", "b/two.db", "-o", "b")
        #expect(run.err.contains("u: 2 cells answered from earlier runs, without a request"))
        _ = try await command("enqueue", "w", "--db", "b/two.db", "-o", "b")
        try await batch.run("work", "w", "--db", "b/two.db", "--cache-from", "a/one.db").expectSuccess()
        let usage = try await batch.run("usage", "--db", "b/two.db", "--json").expectSuccess()
        #expect(usage.out.contains(#""requests":0,"#) && usage.out.contains(#""reused":4,"#))
        try batch.execute("UPDATE attempts SET finished_at = finished_at - 7200000", in: "a/one.db")
        let old = try await command(
            "run", "old", "--cache-from", "a/one.db", "--cache", "1h", "--db", "c/three.db", "-o", "c")
        #expect(!old.err.contains("without a request"))
        for name in ["enqueue", "run"] {
            let itself = try await batch.run(
                name, "p.jsonl", "-m", "m", "--run", "x", "--no-check", "--cache-from", "nllm-runs/batch.db")
            #expect(itself.code == 64 && itself.err.contains("is the database itself"), "\(itself.err)")
            #expect(try await batch.run("status", "x").code == 66)
            try await batch.refuses(
                name, "p.jsonl", "-m", "m", "--run", "x", "--no-check", "--cache-from", "none.db", code: 66,
                error: "error: no database at \(batch.directory)/none.db; `nllm-batch enqueue` makes one, and --db or "
                    + "NLLM_BATCH_DB names another")
        }
        try await batch.refuses(
            "work", "--cache-from", "p.jsonl", code: 65,
            error:
                "error: \(batch.directory)/p.jsonl is not an nllm-batch database; name another file with --db, or move "
                + "this one away")
    }
}
