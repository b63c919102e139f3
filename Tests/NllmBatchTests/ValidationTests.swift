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
            "enqueue", "p.txt", "-m", "echo", "-m", "4o-mini", "-m", "loop:one", "--run", "r")
        #expect(result.code == 0, "\(result.err)")
        #expect(result.out == "r\n")
    }

    @Test func theCheckCanBeSkippedOnTheCommandLineAndInTheConfiguration() async throws {
        let batch = try Batch()
        try batch.write("ping", to: "p.txt")
        #expect(try await batch.run("enqueue", "p.txt", "-m", "later", "--no-check").code == 0)
        try batch.write("batch: {check: false}\nmodels: [later]\n", to: ".nllm-config.yaml")
        #expect(try await batch.run("enqueue", "p.txt").code == 0)
    }

    @Test func withoutAnyModelTheDefaultOfLLMIsUsedAndNamed() async throws {
        let batch = try Batch()
        try batch.write("ping", to: "p.txt")
        try batch.write("echo", to: "llm-user/default_model.txt")
        let result = try await batch.run("run", "p.txt", "--run", "r")
        #expect(result.code == 0)
        #expect(result.err.hasPrefix("no model named; using llm's default model echo\n"))
        #expect(try batch.jsonLines("nllm-runs/r/results.jsonl").first?["model"] as? String == "echo")
        let variable = try await batch.run(["enqueue", "p.txt", "--run", "v"], environment: ["LLM_MODEL": "gpt-4o"])
        #expect(variable.err == "no model named; using llm's default model gpt-4o\n1 cell in new run v\n")
    }

    // MARK: Precedence

    /// The command line stands above `--config`, that above the project's file, that above the user's, that above nothing.
    @Test func eachPlaceStandsAboveThePlacesBelow() async throws {
        let batch = try Batch()
        try batch.write("ping", to: "p.txt")
        let (home, project, explicit) = (".nllm/config.yaml", ".nllm-config.yaml", "explicit.yaml")
        func settings(_ arguments: String...) async throws -> [String] {
            let result = try await batch.run(["enqueue", "p.txt", "--no-check", "--json"] + arguments)
            try #require(result.code == 0, "\(result.err)")
            let object = try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any]
            let folder = try #require(object?["folder"] as? String, "\(result.err)")
            let run = try #require(object?["run"] as? String)
            #expect(try await batch.run("export", run).code == 0)
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
        func file(_ number: Int) -> String {
            """
            models: [m\(number), n\(number)]
            defaults: {timeout: \(number)0, retries: \(number), outdir: out\(number)}
            batch: {samples: \(number)}
            """
        }
        try batch.write("echo", to: "llm-user/default_model.txt")
        #expect(try await settings() == ["600", "3", "nllm-runs", "echo", "1"])
        try batch.write(file(1), to: home)
        #expect(try await settings() == ["10", "1", "out1", "m1 n1", "2"])
        try batch.write(file(2), to: project)
        #expect(try await settings() == ["20", "2", "out2", "m2 n2", "4"])
        try batch.write(file(3), to: explicit)
        #expect(try await settings("-c", explicit) == ["30", "3", "out3", "m3 n3", "6"])
        let all = try await settings(
            "-c", explicit, "--timeout", "40", "--retries", "4", "-o", "out4", "-m", "m4", "--samples", "4")
        #expect(all == ["40", "4", "out4", "m4", "4"])
        // Key by key: what a stronger place leaves out comes from the next one.
        try batch.write("defaults: {retries: 7}\n", to: project)
        #expect(try await settings("--timeout", "40") == ["40", "7", "out1", "m1 n1", "2"])
    }
}
