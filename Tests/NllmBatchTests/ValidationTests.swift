import Foundation
import Testing

/// What is checked before a run starts: the models' names, against what the real `llm` knows.
@Suite struct ValidationTests {
    @Test func aModelThatLLMDoesNotKnowIsRefusedWithTheNearestName() async throws {
        let batch = try Batch()
        try batch.write("ping", to: "p.txt")
        for command in ["enqueue", "run"] {
            try await batch.refuses(
                command, "p.txt", "-m", "echo", "-m", "gpt-4o-mimi", code: 64,
                error: "error: `llm` knows no model `gpt-4o-mimi`; did you mean `gpt-4o-mini`? "
                    + "(--no-check skips this check)")
        }
        try await batch.refuses(
            "enqueue", "p.txt", "-m", "nothing-like-any-of-them", code: 64,
            error: "error: `llm` knows no model `nothing-like-any-of-them`; `llm models` lists those it knows "
                + "(--no-check skips this check)")
    }

    @Test func modelsOfPluginsAliasesAndRegisteredOnesAreKnown() async throws {
        let server = try await LoopbackServer(#"{"loop:one": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("ping", to: "p.txt")
        let result = try await batch.run(
            "enqueue", "p.txt", "-m", "echo", "-m", "4o-mini", "-m", "loop:one", "--run", "r"
        ).expectSuccess()
        #expect(result.out == "r\n")
    }

    @Test func theCheckCanBeSkippedOnTheCommandLineAndInTheConfiguration() async throws {
        let batch = try Batch()
        try batch.write("ping", to: "p.txt")
        try await batch.run("enqueue", "p.txt", "-m", "later", "--no-check").expectSuccess()
        try batch.write("batch: {check: false}\nmodels: [later]\n", to: ".nllm-config.yaml")
        try await batch.run("enqueue", "p.txt").expectSuccess()
    }

    @Test func withoutAnyModelTheDefaultOfLLMIsUsedAndNamed() async throws {
        let batch = try Batch()
        try batch.write("ping", to: "p.txt")
        try batch.write("echo", to: "llm-user/default_model.txt")
        let result = try await batch.run("run", "p.txt", "--run", "r").expectSuccess()
        #expect(result.err.hasPrefix("no model named; using llm's default model echo\n"))
        #expect(try batch.jsonLines("nllm-runs/r/results.jsonl").first?["model"] as? String == "echo")
        let variable = try await batch.run(["enqueue", "p.txt", "--run", "v"], environment: ["LLM_MODEL": "gpt-4o"])
        #expect(variable.err.hasPrefix("no model named; using llm's default model gpt-4o\n1 cell in new run v\n"))
    }

    // MARK: Precedence

    /// The command line stands above `--config`, that above the project's file, that above the user's, that above nothing.
    @Test func eachPlaceStandsAboveThePlacesBelow() async throws {
        let batch = try Batch()
        try batch.write("ping", to: "p.txt")
        let (home, project, explicit) = (".nllm/config.yaml", ".nllm-config.yaml", "explicit.yaml")
        try batch.write("echo", to: "llm-user/default_model.txt")
        #expect(try await settings(batch) == ["600", "3", "nllm-runs", "echo", "1"])
        try batch.write(file(1), to: home)
        #expect(try await settings(batch) == ["10", "1", "out1", "m1 n1", "2"])
        try batch.write(file(2), to: project)
        #expect(try await settings(batch) == ["20", "2", "out2", "m2 n2", "4"])
        try batch.write(file(3), to: explicit)
        #expect(try await settings(batch, "-c", explicit) == ["30", "3", "out3", "m3 n3", "6"])
        let all = try await settings(
            batch, "-c", explicit, "--timeout", "40", "--retries", "4", "-o", "out4", "-m", "m4", "--samples", "4")
        #expect(all == ["40", "4", "out4", "m4", "4"])
        // Key by key: what a stronger place leaves out comes from the next one.
        try batch.write("defaults: {retries: 7}\n", to: project)
        #expect(try await settings(batch, "--timeout", "40") == ["40", "7", "out1", "m1 n1", "2"])
    }

    /// What an enqueue with these arguments takes for its settings and models, and how many cells it makes.
    private func settings(_ batch: Batch, _ arguments: String...) async throws -> [String] {
        let result = try await batch.run(["enqueue", "p.txt", "--no-check", "--json"] + arguments).requireSuccess()
        let object = try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any]
        let folder = try #require(object?["folder"] as? String, "\(result.err)")
        let run = try #require(object?["run"] as? String)
        try await batch.run("export", run).expectSuccess()
        let bytes = try Data(contentsOf: URL(filePath: folder + "/manifest.json"))
        let manifest = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        let settings = try #require(manifest["settings"] as? [String: Any])
        let models = try #require(manifest["resolved_models"] as? [String])
        return [
            "\(settings["timeout"] ?? "")", "\(settings["retries"] ?? "")",
            URL(filePath: settings["outdir"] as? String ?? "").lastPathComponent, models.joined(separator: " "),
            "\(object?["cells"] ?? "")",
        ]
    }

    /// A configuration in which each value tells the file.
    private func file(_ number: Int) -> String {
        """
        models: [m\(number), n\(number)]
        defaults: {timeout: \(number)0, retries: \(number), outdir: out\(number)}
        batch: {samples: \(number)}
        """
    }
}
