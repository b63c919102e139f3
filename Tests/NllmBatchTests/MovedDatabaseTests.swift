import Foundation
import Testing

/// A folder with a database and its runs can be copied and moved as a whole.
@Suite struct MovedDatabaseTests {
    private func batch(_ arguments: String...) async throws -> Batch {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("\"x\"\n\"y\"", to: "p.jsonl")
        try await batch.run(["run", "p.jsonl", "-m", "m", "--no-check", "--run", "r"] + arguments).requireSuccess()
        return batch
    }

    private func copy(_ name: String, to other: String, in batch: Batch) throws {
        try FileManager.default.copyItem(
            atPath: batch.directory + "/" + name, toPath: batch.directory + "/" + other)
    }

    @Test(arguments: [("all", "all/batch.db"), ("all/runs/deep", "all/batch.db")])
    func aCopyExportsIntoItself(outdir: String, database: String) async throws {
        let batch = try await batch("-o", outdir, "--db", database)
        try copy("all", to: "copy", in: batch)
        let original = batch.listing().filter { $0.key.hasPrefix("all/") }
        let folder = "copy" + outdir.dropFirst("all".count) + "/r"
        try FileManager.default.removeItem(atPath: batch.directory + "/" + folder)
        for command in [["retry", "r", "--all"], ["work", "r"], ["export", "r"]] {
            let result = try await batch.run(command + ["--db", "copy/batch.db"]).expectSuccess()
            if command[0] != "retry" { #expect(result.out == "\(batch.directory)/\(folder)\n") }
        }
        #expect(batch.listing().filter { $0.key.hasPrefix("all/") } == original)
        #expect(try batch.jsonLines(folder + "/results.jsonl").count == 2)
        let manifest = try JSONSerialization.jsonObject(with: batch.read(folder + "/manifest.json")) as? [String: Any]
        let settings = manifest?["settings"] as? [String: Any]
        #expect(settings?["outdir"] as? String == "\(batch.directory)/copy" + outdir.dropFirst("all".count))
    }

    @Test func aFolderElsewhereIsKeptAsItIs() async throws {
        let batch = try await batch("-o", "out", "--db", "data/batch.db")
        #expect(
            try batch.query("SELECT outdir FROM runs", database: "data/batch.db") == [["\(batch.directory)/out"]])
        try copy("data", to: "copy", in: batch)
        let export = try await batch.run("export", "r", "--db", "copy/batch.db")
        #expect(export.out == "\(batch.directory)/out/r\n")
    }

    /// Names count by what links lead to.
    @Test func aLinkToTheFolderIsTheFolder() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("\"x\"", to: "p.jsonl")
        try FileManager.default.createDirectory(atPath: batch.directory + "/real", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: batch.directory + "/link", withDestinationPath: "real")
        let run = try await batch.run(
            "run", "p.jsonl", "-m", "m", "--no-check", "--run", "r", "-o", "link/runs", "--db", "real/batch.db")
        #expect(run.out == "\(batch.directory)/real/runs/r\n")
        #expect(try batch.query("SELECT outdir FROM runs", database: "real/batch.db") == [["runs"]])
        let again = try await batch.run(
            "enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r", "-o", "real/runs", "--db", "link/batch.db"
        ).expectSuccess()
        #expect(again.err == "run r: 1 kept, 0 changed, 0 new, 0 removed\n")
    }

    /// Earlier versions kept all folders absolute.
    @Test func anEarlierDatabaseIsBroughtUpToDate() async throws {
        let batch = try await batch("-o", "all/runs", "--db", "all/batch.db")
        try await batch.run(
            "run", "p.jsonl", "-m", "m", "--no-check", "--run", "s", "-o", "elsewhere", "--db", "all/batch.db"
        ).requireSuccess()
        let before = try batch.files(below: "all/runs/r")
        try batch.execute(
            """
            UPDATE runs SET outdir = '\(batch.directory)/all/runs' WHERE name = 'r';
            ALTER TABLE runs DROP COLUMN removing;
            DROP TABLE removed_runs;
            DELETE FROM migrations WHERE name = '0006-relative-folders';
            """, in: "all/batch.db")
        for run in ["r", "s"] {
            try await batch.run("export", run, "--db", "all/batch.db").expectSuccess()
        }
        #expect(
            try batch.query("SELECT outdir FROM runs ORDER BY id", database: "all/batch.db")
                == [["runs"], ["\(batch.directory)/elsewhere"]])
        #expect(try batch.files(below: "all/runs/r") == before)
    }

    @Test func anExportElsewhereLeavesTheRunAsItIs() async throws {
        let batch = try await batch()
        try await batch.run("retry", "r", "--all").expectSuccess()
        let export = try await batch.run("export", "r", "-o", "other").expectSuccess()
        #expect(export.out == "\(batch.directory)/other/r\n")
        #expect(export.err == "")
        #expect(try batch.query("SELECT exported_at IS NULL FROM runs") == [["1"]])
        try await batch.run("work").expectSuccess()
        // The folder there is the run's as well.
        try await batch.run("export", "r", "-o", "other").expectSuccess()
        #expect(try batch.files(below: "other/r") == batch.files(below: "nllm-runs/r"))
    }
}
