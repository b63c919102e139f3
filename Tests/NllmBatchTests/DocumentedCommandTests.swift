import Foundation
import Testing

/// The commands of README.md and docs do what they show: one after the other, as someone reads, with a key that `llm` has
/// stored, and models that a server on this machine answers for.
@Suite struct DocumentedCommandTests {
    private static let documents = [
        "README.md", "docs/configuration.md", "docs/database.md", "docs/limits.md", "docs/tasks/csv.md",
        "docs/tasks/prompts-from-a-dataset.md", "docs/tasks/templates.md", "docs/tasks/conversations.md",
        "docs/tasks/openai-batch.md", "docs/tasks/checks.md", "docs/tasks/looking.md", "docs/tasks/page.md",
        "docs/tasks/monitoring.md",
    ]
    /// What sets up the project itself, which `.ci/run` does.
    private static let projectCommands = ["make ", "scripts/"]

    /// What the models answer when they are asked for a haiku, and else.
    private static let haikus = [
        "gpt-4o-mini": "One by one we wait,\neach of us a small number;\nthe line breathes, and moves.",
        "gpt-4.1-nano": "Patient feet in line,\ntime folds itself into turns.\nNext, says the small bell.",
    ]
    private static let reasons = [
        "gpt-4o-mini": "Air scatters short blue wavelengths of sunlight more than long red ones.",
        "gpt-4.1-nano": "Because molecules in the air scatter blue light the most.",
    ]

    private static func behaviours(_ answers: [String: String]) throws -> String {
        let settings = answers.mapValues { answer in
            ["answer": answer, "llm": ["api_key_name": "openai", "supports_schema": true]] as [String: Any]
        }
        return String(decoding: try JSONSerialization.data(withJSONObject: settings), as: UTF8.self)
    }

    @Test func theyDoWhatTheyShow() async throws {
        let server = try await LoopbackServer(Self.behaviours(Self.reasons))
        let batch = try Batch(userPath: server.userPath)
        try FileManager.default.removeItem(atPath: server.userPath + "/keys.json")
        try batch.write("", to: "evals/.keep")
        var (commands, outputs) = (0, 0)
        for path in Self.documents {
            if path.hasPrefix("docs/tasks/") { try await server.change(Self.behaviours(Self.reasons)) }
            try? FileManager.default.removeItem(atPath: batch.directory + "/evals/.nllm-config.yaml")
            let ran = try await Self.run(path, in: batch) { block in
                if block.text.contains("prompts.jsonl") { try await server.change(Self.behaviours(Self.haikus)) }
            }
            commands += ran.commands
            outputs += ran.outputs
        }
        #expect(commands > 15)
        #expect(outputs >= 4)
        let keys = try server.log().compactMap { $0["authorization"] as? String }
        #expect(Set(keys) == ["Bearer sk-readme"])
    }

    /// Runs the commands of a document, one block after the other, and compares what they print with what it shows.
    ///
    /// - Parameters:
    ///   - path: the document.
    ///   - batch: where; the commands run in its folder `evals`, with its folder `bin` first in PATH.
    ///   - prepare: is called before each block.
    /// - Returns: the numbers of blocks that were run, and that were compared.
    /// - Throws: if a command cannot be run, or what `prepare` throws.
    static func run(
        _ path: String, in batch: Batch, prepare: (MarkdownDocument.Block) async throws -> Void
    ) async throws -> (commands: Int, outputs: Int) {
        var (commands, outputs) = (0, 0)
        let blocks = try MarkdownDocument(path).blocks
        for (index, block) in blocks.enumerated() where block.language == "sh" {
            guard !projectCommands.contains(where: block.text.hasPrefix) else { continue }
            try await prepare(block)
            let printed = try await run(block, in: batch, "\(path): \(block.text)")
            commands += 1
            guard index + 1 < blocks.count, blocks[index + 1].language == "", blocks[index + 1].followsBlock
            else { continue }
            outputs += 1
            for line in blocks[index + 1].text.split(separator: "\n") {
                #expect(printed.contains(steady(String(line))), "\(path): \(line)\n\(printed.sorted())")
            }
        }
        return (commands, outputs)
    }

    /// Runs a block, and returns the lines of both outputs, in which what varies is replaced.
    private static func run(
        _ block: MarkdownDocument.Block, in batch: Batch, _ name: String
    ) async throws -> Set<String> {
        let path = [
            batch.directory + "/bin", URL(filePath: Batch.binary).deletingLastPathComponent().path,
            batch.environment["PATH"] ?? "",
        ]
        // In a session of its own, so that a question for the key is not put to whoever runs the tests.
        let place = ["sh", "-ec", #"cd evals && exec "$@""#, "sh"]
        let end = try await batch.command(
            "/usr/bin/setsid", ["-w"] + place + ["/bin/sh", "-ec", block.text + "\n"], input: "sk-readme\n",
            environment: ["PATH": path.joined(separator: ":")]
        ).expectSuccess("\(name)")
        let lines = (end.out + end.err).replacing(batch.directory + "/evals", with: "/home/me/evals")
        return Set(lines.split(separator: "\n").map { steady(String($0)) })
    }

    @Test func theFilesOfTheExampleAreThere() async throws {
        let tree = try #require(
            try MarkdownDocument("README.md").blocks(in: "").first { $0.hasPrefix("nllm-runs/first/") })
        let server = try await LoopbackServer(Self.behaviours(Self.haikus))
        let batch = try Batch(userPath: server.userPath)
        try batch.write("{\"id\": \"haiku\", \"prompt\": \"x\"}\n\"y\"\n", to: "prompts.jsonl")
        try Data(#"{"openai": "sk-x"}"#.utf8).write(to: URL(filePath: server.userPath + "/keys.json"))
        try await batch.run(
            "run", "prompts.jsonl", "-m", "gpt-4o-mini", "-m", "gpt-4.1-nano", "--run", "first"
        ).expectSuccess()
        let names = tree.split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        #expect(Set(names) == Set(try batch.files(below: "nllm-runs/first").keys))
        #expect(try server.requests().count == 4)
    }

    /// A line without what differs from one time to the next: durations, times, and the widths of columns.
    private static func steady(_ line: String) -> String {
        line.replacing(#/ *[0-9.]+ (ms|s)\b/#, with: " TIME")
            .replacing(#/(today|\d+ [A-Z][a-z]{2}) \d[0-9:]+( \(.*?\))?/#, with: "today")
            .replacing(#/ +/#, with: " ").replacing(#/\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(_\d+)?/#, with: "RUN")
    }
}
