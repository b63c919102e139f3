import Foundation
import Testing

/// NllmCore without the command line, through the example that comes with it.
@Suite struct LibraryTests {
    private static let example = Batch.packageRoot + "/.build/debug/LibraryExample"

    /// Runs the example with a temporary folder of its own, and returns what it left there, too.
    private func run(_ batch: Batch, _ arguments: String...) async throws -> (result: Batch.Result, left: [String]) {
        let temporary = batch.directory + "/tmp"
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        let result = try await batch.command(Self.example, arguments, environment: ["TMPDIR": temporary])
        return (result, try FileManager.default.contentsOfDirectory(atPath: temporary))
    }

    @Test func oneRunAsksAllModelsAndLeavesNothing() async throws {
        let batch = try Batch()
        let (result, left) = try await run(batch, "prompt", "echo", "echo[example_bool=true]")
        #expect(result.err == "")
        #expect(result.lines.first == "2 of 2 cells have an answer")
        #expect(result.lines.last == "exit code 0, folder removed")
        #expect(result.out.contains("\necho: {\n"))
        #expect(result.out.contains("\necho[example_bool=true]: {\n"))
        #expect(result.out.components(separatedBy: #""prompt": "Why is the sky blue?""#).count == 3)
        #expect(left == [])
        #expect(!batch.exists("nllm-runs"))
    }

    @Test func aModelThatFailsIsAResult() async throws {
        let batch = try StreamingTests.fake("echo 'Error: no such thing' >&2; exit 1")
        try batch.write("defaults: {retries: 0}\n", to: ".nllm-config.yaml")
        let (result, left) = try await run(batch, "prompt", "m")
        #expect(
            result.lines == [
                "0 of 1 cells have an answer", "m failed: no such thing", "exit code 1, folder removed",
            ])
        #expect(left == [])
    }

    @Test func whatKeepsItFromBeingAskedIsThrownAndLeavesNothing() async throws {
        let batch = try Batch()
        let (result, left) = try await run(batch, "prompt", "ecko")
        #expect(result.lines.count == 1)
        #expect(result.out.hasPrefix("error: `llm` knows no model `ecko`; did you mean `echo`?"), "\(result.out)")
        #expect(left == [])
        #expect(!batch.exists("nllm-runs"))
    }

    @Test func theOutdirOfAConfigurationFileIsKept() async throws {
        let batch = try Batch()
        try batch.write("defaults: {outdir: kept}\n", to: ".nllm-config.yaml")
        let (result, left) = try await run(batch, "prompt", "echo")
        let folder = try #require(result.lines.last?.split(separator: " ").last.map(String.init))
        #expect(folder.hasPrefix(batch.directory + "/kept/"), "\(folder)")
        #expect(FileManager.default.fileExists(atPath: folder + "/results.jsonl"))
        #expect(left == [])
    }

    @Test func aBatchIsEnqueuedWorkedAndExported() async throws {
        let batch = try Batch()
        try batch.write(#"{"id":"a","prompt":"one"}"# + "\n" + #"{"id":"b","prompt":"two"}"# + "\n", to: "p.jsonl")
        let (result, left) = try await run(batch, "batch", "p.jsonl", "echo")
        #expect(result.err == "")
        #expect(
            result.lines == ["2 cells in nightly", "nightly is finished", batch.directory + "/answers/nightly"])
        #expect(try batch.jsonLines("answers/nightly/results.jsonl").count == 2)
        #expect(left == [])
        // The command line sees the same run.
        let status = try await batch.run("status", "nightly", "--db", "answers/batch.db")
        #expect(status.out.hasPrefix("nightly: finished, 2 ok\n"), "\(status.out)")
    }

    @Test func aRunIsRetriedResumedAndCancelled() async throws {
        let batch = try StreamingTests.fake("echo 'Error: no such thing' >&2; exit 1")
        try batch.write("defaults: {retries: 0}\n", to: ".nllm-config.yaml")
        try batch.write("\"one\"\n\"two\"\n", to: "p.jsonl")
        let (worked, _) = try await run(batch, "batch", "p.jsonl", "m")
        #expect(worked.lines.prefix(2) == ["2 cells in nightly", "nightly is finished"], "\(worked)")
        let (again, left) = try await run(batch, "again", "nightly")
        #expect(again.lines == ["2 requeued", "0 models resumed", "2 cancelled"], "\(again)")
        #expect(left == [])
        // A cancelled cell has no result, and the folder follows.
        #expect(try batch.read("answers/nightly/results.jsonl").isEmpty)
    }

    @Test func aPreviewIsWhatAShellRuns() async throws {
        let batch = try Batch()
        let (result, left) = try await run(batch, "preview", "echo")
        #expect(result.lines.count == 1)
        let answer = try await batch.command("/bin/sh", ["-c", result.out])
        #expect(answer.out.contains("The sky is blue. Is this true?"), "\(result.out) \(answer.err)")
        #expect(left == [])
    }

    @Test(.timeLimit(.minutes(5))) func aCancelledTaskEndsItsProcessesAndReturnsWhatThereIs() async throws {
        let batch = try StreamingTests.fake(#"echo $$ >"$HOME/pid"; echo first; exec sleep 1000"#)
        let (result, left) = try await run(batch, "watch", "m")
        let text = String(decoding: try batch.read("pid"), as: UTF8.self)
        let pid = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
        try await eventually("its process has ended") { OSProcess.isGone(pid) }
        #expect(result.lines == ["m: first", "0 of 1 cells have ended"])
        #expect(left == [])
    }

    @Test func theCodeOfTheArticleStandsInTheExample() throws {
        let article = try String(
            contentsOfFile: Batch.packageRoot + "/Sources/NllmCore/NllmCore.docc/GettingStarted.md", encoding: .utf8)
        let example = try String(
            contentsOfFile: Batch.packageRoot + "/Examples/LibraryExample/LibraryExample.swift", encoding: .utf8)
        let code = article.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(code.count == 4)
        for block in code {
            let indented = block.split(separator: "\n").map { "        " + $0 }.joined(separator: "\n")
            #expect(example.contains(indented + "\n    }\n"), "\(block)")
        }
    }
}
