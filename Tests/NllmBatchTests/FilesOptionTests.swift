import Foundation
import Testing

/// `--files`: how much of a run's folder is written.
@Suite struct FilesOptionTests {
    private func scene() throws -> Batch {
        let batch = try Batch()
        try batch.write("\"one\"\n{\"prompt\": \"two\", \"vars\": {\"n\": 2}}\n", to: "p.jsonl")
        return batch
    }

    private func names(_ batch: Batch, _ run: String = "r") throws -> [String] {
        try batch.files(below: "nllm-runs/\(run)").keys.sorted()
    }

    @Test func resultsAloneAreALineEach() async throws {
        let batch = try scene()
        let run = try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "r", "--files", "jsonl").expectSuccess()
        #expect(run.out == "\(batch.directory)/nllm-runs/r\n")
        #expect(try names(batch) == ["manifest.json", "results.jsonl"])
        let manifest = String(decoding: try batch.read("nllm-runs/r/manifest.json"), as: UTF8.self)
        #expect(manifest.contains(#""files": "jsonl""#))
        let results = try batch.read("nllm-runs/r/results.jsonl")

        // Everything can be had from the database, elsewhere.
        try await batch.run("export", "r", "-o", "other", "--files", "all").expectSuccess()
        #expect(try batch.files(below: "other/r").keys.contains("results/000001/echo.json"))
        try await batch.run("export", "r").expectSuccess()
        #expect(try names(batch) == ["manifest.json", "results.jsonl"])
        #expect(try batch.read("nllm-runs/r/results.jsonl") == results)
    }

    @Test func withoutFilesTheResultsAreInTheDatabase() async throws {
        let batch = try scene()
        let command = ["run", "p.jsonl", "-m", "echo", "--run", "r", "--files", "none"]
        let run = try await batch.run(command).expectSuccess()
        #expect(run.out == "")
        #expect(run.err.contains("results: nllm-batch show r"))
        #expect(!batch.exists("nllm-runs/r"))
        #expect(try batch.query("SELECT exported_at IS NULL FROM runs") == [["0"]])
        let again = try await batch.run(command).expectSuccess()
        #expect(again.err.contains("2 kept"), "\(again.err)")
        #expect(!(try await batch.run("status", "r").expectSuccess()).out.contains("folder"))
        let document = try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "r", "--json").expectSuccess()
        #expect(document.out.contains(#""prompt":"two","vars":{"n":2}"#))
        #expect(!batch.exists("nllm-runs/r"))

        let export = try await batch.run("export", "r")
        #expect(export.code == 64)
        #expect(export.err == "error: run r was made without a folder; name one with --outdir\n")
        let other = try await batch.run("export", "r", "-o", "other", "--files", "jsonl").expectSuccess()
        #expect(other.out == "\(batch.directory)/other/r\n")
        #expect(try batch.files(below: "other/r").keys.sorted() == ["manifest.json", "results.jsonl"])
        try await batch.run("rm", "r").expectSuccess()
        #expect(!batch.exists("nllm-runs/r"))
    }

    @Test func aRunWithoutFilesIsInterruptedAndResumed() async throws {
        let server = try await LoopbackServer(#"{"held": {"until": "go"}, "good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n", to: "p.jsonl")
        let command = ["run", "p.jsonl", "-m", "good", "-m", "held", "--no-check", "--files", "none"]
        let first = try await batch.start(Batch.binary, command + ["-j", "4"])
        try await eventually("two are held") { try server.requests().count { $0.model == "held" } == 2 }
        try await eventually("two are done") { try batch.query("SELECT sum(ok) FROM progress") == [["2"]] }
        first.signal(SIGKILL)
        _ = try await first.result()
        try server.release()
        try await batch.run(command).expectSuccess()
        #expect(try batch.query("SELECT count(*), sum(ok) FROM runs JOIN progress ON run = name") == [["2", "4"]])
        #expect(try server.requests().count { $0.model == "good" } == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: batch.directory + "/nllm-runs") == ["batch.db"])
    }

    @Test func aRunGetsOtherFilesWhenItIsEnqueuedAgain() async throws {
        let batch = try scene()
        let command = ["run", "p.jsonl", "-m", "echo", "--run", "r"]
        try await batch.run(command).expectSuccess()
        let all = try names(batch)
        try await batch.run(command + ["--files", "jsonl"]).expectSuccess()
        #expect(try names(batch) == ["manifest.json", "results.jsonl"])
        try await batch.run(command + ["--files", "all"]).expectSuccess()
        #expect(try names(batch) == all)
        // Whether there is a folder stays as it is.
        let none = try await batch.run(command + ["--files", "none"])
        #expect(none.code == 64)
        #expect(none.err == "error: run r has a folder; leave out --files none, or make a new run\n")
        try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "n", "--files", "none").expectSuccess()
        let some = try await batch.run("enqueue", "p.jsonl", "-m", "echo", "--run", "n", "--files", "all")
        #expect(some.code == 64)
        // Nor does a run get files of cells and lose their raw output.
        try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "raw", "--raw").expectSuccess()
        let less = try await batch.run("enqueue", "p.jsonl", "-m", "echo", "--run", "raw", "--files", "jsonl")
        #expect(less.code == 64)
        #expect(less.err == "error: run raw keeps raw output in files of each cell; leave out --files jsonl\n")
        #expect(try names(batch, "raw").contains("raw/000001/echo.stdout.txt"))
        #expect(some.err == "error: run n was made without a folder; leave out --files, or make a new run\n")
    }

    @Test func theConfigurationAndTheCommandLineSayWhich() async throws {
        let batch = try scene()
        try batch.write("batch:\n  files: jsonl\n", to: ".nllm-config.yaml")
        try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "r").expectSuccess()
        #expect(try names(batch) == ["manifest.json", "results.jsonl"])
        try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "s", "--files", "all").expectSuccess()
        #expect(try names(batch, "s").count > 3)
        let raw = try await batch.run("run", "p.jsonl", "-m", "echo", "--raw")
        #expect(raw.err == "error: `--raw` keeps files of each cell, but `files` is jsonl\n")
        try batch.write("batch:\n  files: some\n", to: ".nllm-config.yaml")
        let wrong = try await batch.run("list")
        #expect(wrong.code == 78)
        #expect(wrong.err.contains(":2: `files` is `some` but must be one of `all`, `jsonl`, `none`"), "\(wrong.err)")
    }

    @Test(arguments: [
        (["run", "p.jsonl", "--files", "csv"], "`--files` is `csv` but must be one of all, jsonl, none"),
        (
            ["run", "p.jsonl", "--files", "jsonl", "--raw"],
            "`--raw` keeps files of each cell, but `files` is jsonl"
        ),
        (["export", "r", "-o", "d", "--files", "none"], "`--files none` leaves nothing to export"),
        (
            ["export", "r", "--files", "all"],
            "`--files` applies to --outdir; a run's own folder holds what the run writes"
        ),
    ])
    func whatMakesNoSenseIsRefused(arguments: [String], error: String) async throws {
        let refused = try await scene().run(arguments)
        #expect(refused.code == 64)
        #expect(refused.err.contains(error), "\(refused.err)")
    }

    @Test func manyFilesAreWorthALine() async throws {
        let batch = try scene()
        try batch.write(String(repeating: "\"x\"\n", count: 10_001), to: "many.jsonl")
        let line = "a file is written per cell, 10001 in all; with `--files jsonl` there is results.jsonl alone"
        let enqueue = ["enqueue", "many.jsonl", "-m", "echo"]
        #expect(try await batch.run(enqueue).expectSuccess().err.contains(line))
        #expect(try await !batch.run(enqueue + ["--files", "jsonl"]).expectSuccess().err.contains("--files"))
        #expect(try await !batch.run("enqueue", "p.jsonl", "-m", "echo").expectSuccess().err.contains("--files"))
    }
}
