import Foundation
import Testing

/// A model without a key is named before anything is paid.
@Suite struct MissingKeyTests {
    private static let behaviours = #"""
        {"keyless": {"llm": {"api_key_name": "nobodys", "aliases": ["kl"]}}, "good": {}, "gpt-4o-mini": {}}
        """#
    private static let variable = ", or in the environment variable OPENAI_API_KEY"
    private static let line = "no key; set one with: llm keys set nobodys" + variable

    private func scene() async throws -> (Batch, LoopbackServer) {
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"one\"\n\"two\"\n", to: "p.jsonl")
        return (batch, server)
    }

    @Test(arguments: ["auto", "shared"])
    func itIsNamedBeforeTheFirstRequest(executor: String) async throws {
        let (batch, server) = try await scene()
        let run = try await batch.run(
            "run", "p.jsonl", "-m", "keyless", "-m", "kl", "-m", "good", "--executor", executor, "--run", "r",
            "--stream")
        #expect(run.code == 1)
        let lines = run.err.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0.hasSuffix(Self.line) } == ["keyless", "kl"].map { "\($0): \(Self.line)" })
        #expect(run.err.contains("2 × auth on keyless: No key found - add one using 'llm keys set nobodys'"))
        // What `llm` writes is shown when it comes.
        let (said, failed) = (
            lines.firstIndex { $0.hasSuffix(Self.line) }, lines.firstIndex { $0.contains("stderr: ") }
        )
        #expect(try #require(said) < #require(failed))
        // The healthy one is asked, and the others send nothing.
        #expect(try server.requests().map(\.model) == ["good", "good"])
    }

    @Test func aKeyThatIsThereIsNotMissed() async throws {
        let (batch, server) = try await scene()
        // Registered once more, with a key that is there.
        let again = try await batch.run("run", "p.jsonl", "-m", "gpt-4o-mini", "-m", "good").expectSuccess()
        #expect(!again.err.contains("no key"), "\(again.err)")
        let keys = #"{"loopback": "sk-a", "nobodys": "sk-b"}"#
        try Data(keys.utf8).write(to: URL(filePath: server.userPath + "/keys.json"))
        let run = try await batch.run("run", "p.jsonl", "-m", "keyless", "-m", "good").expectSuccess()
        #expect(!run.err.contains("no key"))
        #expect(!(run.err + run.out).contains("sk-b"))
        #expect(try server.requests().count == 8)
    }

    @Test func ofOneOrTwoCellsLLMSaysIt() async throws {
        let (batch, _) = try await scene()
        let run = try await batch.run("run", "-m", "gpt-4o", "--", "hi")
        #expect(run.code == 1)
        #expect(
            run.err.contains(
                "1 × auth on gpt-4o: No key found - add one using 'llm keys set openai' or set the "
                    + "OPENAI_API_KEY environment variable"))
    }

    @Test func doctorNamesTheConfiguredModels() async throws {
        let (batch, server) = try await scene()
        let none = try await batch.run("doctor").expectSuccess()
        let usual = "no key; set one with: llm keys set openai" + Self.variable
        #expect(
            none.lines.contains { $0.hasPrefix("ok   keys: llm's default model ") && $0.hasSuffix(": " + usual) },
            "\(none.out)")
        try batch.write(
            "models: [good, 'keyless[temperature=1]', {name: gpt-4o, options: []}]\n", to: ".nllm-config.yaml")
        let missing = try await batch.run("doctor")
        #expect(missing.code == 69)
        #expect(
            missing.lines.contains(
                "FAIL keys: keyless: \(Self.line); gpt-4o: \(usual)"),
            "\(missing.out)")
        let keys = #"{"loopback": "sk-a", "nobodys": "sk-b"}"#
        try Data(keys.utf8).write(to: URL(filePath: server.userPath + "/keys.json"))
        let there = try await batch.run(["doctor"], environment: ["OPENAI_API_KEY": "sk-c"]).expectSuccess()
        #expect(there.lines.contains("ok   keys: good, keyless, gpt-4o: none is missing"), "\(there.out)")
        #expect(!there.out.contains("sk-"))
        #expect(try server.requests().isEmpty)
    }
}
