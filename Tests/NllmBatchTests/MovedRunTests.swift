import Foundation
import Testing

/// An unfinished run whose folder, database and all, was copied or moved.
@Suite struct MovedRunTests {
    /// A scratch folder with the folder `evals`, in which a worker was stopped after the first of four cells.
    private func batch() async throws -> Batch {
        let batch = try Batch(
            llm: Batch.fakeLLM(
                #"""
                case $1 in -m) ;; *) exit;; esac
                prompt=$(cat)
                echo "$prompt" >> "$HOME/asked"
                if [ "$prompt" != one ]; then until [ -e "$HOME/go" ]; do sleep 0.05; done; fi
                printf '%s' "$prompt"
                """#))
        try batch.write("\"one\"\n\"two\"\n\"three\"\n\"four\"\n", to: "evals/p.jsonl")
        try await run(batch, "evals", "enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r").requireSuccess()
        let worker = try await start(
            batch, "evals", ["work", "-j", "1", "--executor", "process", "--grace", "0"])
        try await eventually("a cell waits") { try batch.lines("asked") == ["one", "two"] }
        worker.signal(SIGINT)
        #expect(try await worker.result().code == 130)
        return batch
    }

    /// Starts nllm-batch in a folder below the scratch folder.
    private func start(_ batch: Batch, _ folder: String, _ arguments: [String]) async throws -> RunningProcess {
        try await batch.start("/bin/sh", ["-c", #"cd "$0" && exec "$@""#, folder, Batch.binary] + arguments)
    }

    private func run(_ batch: Batch, _ folder: String, _ arguments: String...) async throws -> Batch.Result {
        try await start(batch, folder, arguments).result()
    }

    @Test(arguments: ["copied", "moved"]) func itIsResumedAndReportedAtItsNewPlace(_ how: String) async throws {
        let batch = try await batch()
        let original = batch.listing().filter { $0.key.hasPrefix("evals") }
        try FileManager.default.createDirectory(atPath: batch.directory + "/new", withIntermediateDirectories: true)
        let (old, new) = (batch.directory + "/evals", batch.directory + "/new/place")
        if how == "copied" {
            try FileManager.default.copyItem(atPath: old, toPath: new)
        } else {
            try FileManager.default.moveItem(atPath: old, toPath: new)
        }
        let status = try await run(batch, "new/place", "status").expectSuccess()
        #expect(status.lines.first == "r: unfinished, 1 ok, 3 pending")
        #expect(status.lines.last == "folder: \(new)/nllm-runs/r")

        try batch.write("", to: "go")
        let work = try await run(batch, "new/place", "work", "--executor", "process").expectSuccess()
        #expect(work.out == "\(new)/nllm-runs/r\n")
        // The one that was stopped is asked again.
        #expect(try batch.lines("asked").sorted() == ["four", "one", "three", "two", "two"])
        let results = try batch.jsonLines("new/place/nllm-runs/r/results.jsonl")
        #expect(results.compactMap { $0["text"] as? String } == ["one", "two", "three", "four"])
        try await expectReports(batch, new)

        // Nothing was written to the place where it was.
        let left = batch.listing().filter { $0.key.hasPrefix("evals") }
        #expect(left == (how == "copied" ? original : [:]))
    }

    /// Every command that reads names the new place, or the answers.
    private func expectReports(_ batch: Batch, _ new: String) async throws {
        let status = try await run(batch, "new/place", "status", "--json").expectSuccess()
        #expect(status.out.contains(#""state":"finished","folder":"\#(new)/nllm-runs/r""#), "\(status.out)")
        let list = try await run(batch, "new/place", "list", "--json").expectSuccess()
        #expect(list.out.contains(#""run":"r","state":"finished","folder":"\#(new)/nllm-runs/r""#), "\(list.out)")
        let show = try await run(batch, "new/place", "show", "-m", "m").expectSuccess()
        #expect(show.lines.filter { $0.hasPrefix("[") } == (1...4).map { "[m 00000\($0)] ok" })
        let before = try batch.files(below: "new/place/nllm-runs/r")
        let export = try await run(batch, "new/place", "export").expectSuccess()
        #expect(export.out == "\(new)/nllm-runs/r\n")
        #expect(try batch.files(below: "new/place/nllm-runs/r") == before)
    }
}
