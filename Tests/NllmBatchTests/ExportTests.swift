import Foundation
import Testing

/// Artifacts are the same whenever they are written, and follow what has changed.
@Suite struct ExportTests {
    @Test func anExportGivesTheSameBytesWheneverItIsDone() async throws {
        let batch = try Batch.scripted()
        try batch.write("\"garbage\"\n\"two\"\n\"json\"\n\"limited\"", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "a", "-m", "b", "--raw", "--retries", "0", says: "8 cells")
        let work = try await batch.run("work")
        #expect(work.code == 1)
        let files = try batch.files(below: "nllm-runs/r")
        #expect(files.count == 2 + 8 + 16)
        for isDeleted in [false, false, true] {
            if isDeleted { try FileManager.default.removeItem(atPath: batch.directory + "/nllm-runs/r") }
            let export = try await batch.run("export", "r").expectSuccess()
            #expect(export.out == "\(batch.directory)/nllm-runs/r\n")
            #expect(export.err == "")
            #expect(try batch.files(below: "nllm-runs/r") == files)
        }
        // Files that were damaged are mended, and those that do not belong there go.
        try batch.write("damaged", to: "nllm-runs/r/results/000001/a.json")
        try batch.write("damaged", to: "nllm-runs/r/results.jsonl")
        _ = try await batch.run("export", "r")
        #expect(try batch.files(below: "nllm-runs/r") == files)
    }

    @Test func anExportOfAnUnfinishedRunHoldsWhatIsThere() async throws {
        let batch = try Batch.scripted()
        try batch.write("\"one\"\n\"two\"", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m", says: "2 cells")
        let export = try await batch.run("export", "r").expectSuccess()
        #expect(export.out == "\(batch.directory)/nllm-runs/r\n")
        #expect(export.err == "")
        #expect(try batch.read("nllm-runs/r/results.jsonl") == Data())
        try await batch.work()
        try batch.expectFilesAsLines("nllm-runs/r", files: ["000001/m", "000002/m"])
    }

    // MARK: Changes

    @Test func aRetryReplacesResults() async throws {
        let batch = try Batch.scripted()
        try batch.write("\"unless it is fixed\"\n\"good\"", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m", "--raw", says: "2 cells")
        let work = try await batch.run("work")
        #expect(work.code == 1)
        let good = try batch.read("nllm-runs/r/results/000002/m.json")

        let retry = try await batch.run("retry", "r").expectSuccess()
        #expect(retry.out == "")
        #expect(retry.err == "1 cell requeued\ncontinue with: nllm-batch work r\n")
        try batch.expectFilesAsLines("nllm-runs/r", files: ["000002/m"])
        #expect(!batch.exists("nllm-runs/r/raw/000001"))

        try batch.write("", to: "fixed")
        try await batch.work()
        let lines = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(lines.map { $0["text"] as? String } == ["mended", "good"])
        #expect(lines.map { $0["attempts"] as? Int } == [2, 1])
        try batch.expectFilesAsLines("nllm-runs/r", files: ["000001/m", "000002/m"])
        #expect(try batch.read("nllm-runs/r/results/000002/m.json") == good)
        #expect(try batch.read("nllm-runs/r/raw/000001/m.stdout.txt") == Data("mended".utf8))
    }

    /// How a run's prompts are edited, what is said of it, and the files that are there after the work.
    private static let edits: [(before: [String], after: [String], report: String, files: [String])] = [
        (
            ["a:1", "b:2", "c:3", "d:4"], ["new:9", "b:2", "a:1", "c:33"],
            "2 kept, 1 changed, 1 new, 1 removed (answers are kept)",
            ["new/m", "b/m", "a/m", "c/m"]
        ),
        // Lines that only moved are kept under their new number.
        (
            [":one", ":two"], [":zero", ":one", ":two"], "2 kept, 0 changed, 1 new, 0 removed",
            ["000001/m", "000002/m", "000003/m"]
        ),
        // An id that was renamed leaves no folder behind.
        (["a:1", "b:2"], ["a:1", "renamed:2"], "2 kept, 0 changed, 0 new, 0 removed", ["a/m", "renamed/m"]),
        // Between one prompt and many the layout changes.
        (["a:1", "b:2"], ["a:1"], "1 kept, 0 changed, 0 new, 1 removed (answers are kept)", ["m"]),
        (["a:1"], ["a:1", "b:2"], "1 kept, 0 changed, 1 new, 0 removed", ["a/m", "b/m"]),
        // A folder may have the name of a file.
        (["m:1", "b:2"], ["m:1"], "1 kept, 0 changed, 0 new, 1 removed (answers are kept)", ["m"]),
        (["m.json:1", "b:2"], ["m.json:1"], "1 kept, 0 changed, 0 new, 1 removed (answers are kept)", ["m"]),
        (["m.json:1"], ["m.json:1", "b:2"], "1 kept, 0 changed, 1 new, 0 removed", ["m.json/m", "b/m"]),
    ]

    @Test(arguments: edits.indices)
    func artifactsFollowAnEditedRun(index: Int) async throws {
        let edit = Self.edits[index]
        let batch = try Batch.scripted()
        try batch.writePrompts(edit.before)
        try await batch.enqueue(
            "p.jsonl", "-m", "m", "--raw", says: edit.before.count == 1 ? "1 cell" : "\(edit.before.count) cells")
        try await batch.work()
        try batch.writePrompts(edit.after)
        let enqueue = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--raw", "--run", "r").expectSuccess()
        #expect(enqueue.out == "r\n")
        #expect(enqueue.err.hasPrefix("run r: \(edit.report)\n"))
        try await batch.work()
        #expect(
            try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["text"] as? String }
                == edit.after.map { $0.split(separator: ":").last.map(String.init) })
        try batch.expectFilesAsLines("nllm-runs/r", files: edit.files)
        #expect(
            try batch.files(below: "nllm-runs/r/raw").keys.sorted()
                == edit.files.flatMap { [$0 + ".stderr.txt", $0 + ".stdout.txt"] }.sorted())
        #expect(batch.emptyFolders(below: "nllm-runs/r") == [])
    }

    @Test func anEditedModelListTakesItsFilesAlong() async throws {
        let batch = try Batch.scripted()
        try batch.write("\"one\"\n\"two\"", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m[a=1,b=2]", "-m", "gone", says: "4 cells")
        try await batch.work()
        // The same options in another order ask the same.
        let enqueue = try await batch.run("enqueue", "p.jsonl", "-m", "new", "-m", "m[b=2,a=1]", "--run", "r")
        #expect(enqueue.err.hasPrefix("run r: 2 kept, 0 changed, 2 new, 2 removed (answers are kept)\n"))
        try await batch.work()
        try batch.expectFilesAsLines(
            "nllm-runs/r", files: ["000001/new", "000001/m[b=2,a=1]", "000002/new", "000002/m[b=2,a=1]"])
        let back = try await batch.run("enqueue", "p.jsonl", "-m", "gone", "--run", "r")
        #expect(back.err == "run r: 0 kept, 0 changed, 2 new, 4 removed (answers are kept); 2 answered before\n")
    }
}
