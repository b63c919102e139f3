import Foundation
import Testing

/// What README.md says is what happens.
@Suite struct ReadmeTests {
    private let readme: MarkdownDocument

    init() throws { readme = try MarkdownDocument("README.md") }

    /// A home folder in which cron finds the tools where README's line looks for them.
    func home() throws -> Batch {
        let batch = try Batch()
        try batch.write(
            #"{"id":"a","prompt":"one"}"# + "\n" + #"{"id":"b","prompt":"two"}"# + "\n", to: "evals/prompts.jsonl")
        let bin = batch.directory + "/.local/bin"
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: bin + "/llm", withDestinationPath: Batch.venv + "/llm")
        try FileManager.default.createSymbolicLink(atPath: bin + "/nllm-batch", withDestinationPath: Batch.binary)
        try batch.write("echo", to: ".config/io.datasette.llm/default_model.txt")
        return batch
    }

    @Test func theCronLineTwiceAtOnceDoesTheWorkOnce() async throws {
        let line = try #require(readme.blocks(in: "cron").first)
        let command = try #require(line.firstRange(of: "cd ")).lowerBound
        let batch = try home()
        // What cron gives a job, and nothing else.
        let arguments = [
            "-i", "HOME=\(batch.directory)", "LOGNAME=me", "SHELL=/bin/sh", "PATH=/usr/bin:/bin", "/bin/sh", "-c",
            String(line[command...]),
        ]
        let first = try await batch.start("/usr/bin/env", arguments)
        let second = try await batch.start("/usr/bin/env", arguments)
        let codes = [try await first.result().code, try await second.result().code]
        let log = String(decoding: try batch.read("evals/nightly.log"), as: UTF8.self)
        #expect(codes == [0, 0], "\(log)")
        let database = "evals/nllm-runs/batch.db"
        #expect(try batch.query("SELECT name FROM runs", database: database).count == 1)
        let attempts = try batch.query("SELECT outcome FROM attempts", database: database)
        #expect(attempts == [["ok"], ["ok"]])
    }

    @Test func everyOptionThatReadmeNamesIsInTheHelp() async throws {
        let batch = try Batch()
        var known = ""
        let commands = [
            "enqueue", "work", "run", "status", "show", "tail", "export", "usage", "retry", "cancel", "doctor",
        ]
        for command in commands {
            known += try await batch.run(command, "--help-hidden").out
        }
        let rows = readme.text.split(separator: "\n").filter { $0.hasPrefix("| `-") }
        let named = rows.flatMap { $0.matches(of: /--[a-z-]+/).map { String($0.output) } }
        #expect(named.count > 10)
        for option in named { #expect(known.contains(option), "\(option)") }
    }
    @Test func readmeNamesEveryOptionOfTheWork() async throws {
        let batch = try Batch()
        for command in ["enqueue", "work", "run", "status", "show", "tail", "grade", "gate", "compare", "trend"] {
            let help = try await batch.run(command, "--help-hidden").out
            let options = help.matches(of: #/\n  (?:-\w, )?(--[a-z-]+)/#).map { String($0.output.1) }
            let unnamed = options.filter { !readme.text.contains($0) }
            #expect(unnamed == ["--version", "--help"], "\(command)")
        }
    }
}
