import Foundation
import Testing

/// Secrets from the environment, from arguments and from providers stand in no file, no database and no output.
@Suite struct SecretsTests {
    /// The key that the loopback server's models are sent, and that it echoes where it is told to.
    private static let key = "sk-loopback-0123456789abcdef"
    private static let environment = [
        "OPENAI_API_KEY": "plain-Looking.Value77x", "SOME_SERVICE_TOKEN": "Zm9vYmFyYmF6cXV4MTIz",
        "DB_PASSWORD": "correct&horse%battery9",
    ]

    private static let behaviours = #"""
        {
          "echoes-key": {"fail": {"status": 401, "message": "Incorrect API key provided: {key}. Find yours."}},
          "echoes-value": {"fail": {"status": 400, "message": "no account for plain-Looking.Value77x here"}},
          "echoes-url": {"fail": {"status": 404,
            "message": "POST https://u:hunter22@h/v1?key=AIzaSyA1234567890abcdefg failed with Zm9vYmFyYmF6cXV4MTIz"}},
          "good": {}
        }
        """#

    /// Where any of the secrets is found: files below the scratch folder but for llm's own, and outputs.
    private func leaks(_ batch: Batch, _ results: [Batch.Result], _ secrets: [String]) throws -> [String] {
        var places = batch.listing().filter { !$0.key.hasPrefix(".venv") }
        for name in ["nllm-runs/batch.db-wal", "nllm-runs/batch.db-shm"] { places[name] = try? batch.read(name) }
        for (number, result) in results.enumerated() {
            places["output \(number)"] = Data(result.out.utf8)
            places["error \(number)"] = Data(result.err.utf8)
        }
        return places.flatMap { place, data in
            secrets.filter { data.range(of: Data($0.utf8)) != nil }.map { "\($0) in \(place)" }
        }
    }

    @Test func whatAProviderEchoesIsRedactedBeforeItReachesTheDisk() async throws {
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try Batch(userPath: server.userPath, extra: Self.environment)
        let models = ["echoes-key", "echoes-value", "echoes-url", "good"]
        let run = try await batch.run(
            ["run"] + models.flatMap { ["-m", $0] } + ["--raw", "--retries", "0", "--verbose", "--run", "r"]
                + ["--", "hi"])
        #expect(run.code == 1)
        let others = [
            try await batch.run("show", "r"), try await batch.run("show", "r", "--json"),
            try await batch.run("status", "r"), try await batch.run("export", "r"),
            try await batch.run("retry", "r", "--failed"),
            try await batch.run(["run", "-m", "echoes-key", "--json", "--retries", "0", "--", "hi"]),
        ]
        let secrets = [Self.key, "hunter22", "AIzaSyA1234567890abcdefg"] + Self.environment.values
        #expect(try leaks(batch, [run] + others, secrets) == [])
        // It is the echo that was redacted, and nothing beside it.
        let attempts = try batch.query("SELECT failure_message FROM attempts ORDER BY id")
        let text = attempts.flatMap(\.self).joined(separator: "\n")
        #expect(text.contains("Incorrect API key provided: ***REDACTED***. Find yours."), "\(text)")
        #expect(text.contains("no account for ***REDACTED*** here"), "\(text)")
        #expect(try server.requests().contains { $0.model == "good" })
    }

    @Test(arguments: [
        (
            ["--", "--key", "sk-planted-1234567890", "hi"],
            "`--key` can't be used here: the key would stand in the "
                + "database and in the process list; use `llm keys set`"
        ),
        (
            ["--", "-o", "api_key", "planted-secret-1", "hi"],
            "`-o api_key` holds a secret, which would be stored with the "
                + "run; use `llm keys set`, or a variable of the environment"
        ),
        (
            ["--option", "api_key=planted-secret-1", "--", "hi"],
            "`--option api_key` holds a secret, which would be stored "
                + "with the run; use `llm keys set`, or a variable of the environment"
        ),
        (
            ["--model-option", "echo:-o:token:planted-secret-1", "--", "hi"],
            "model `echo`: `-o token` holds a secret, which "
                + "would be stored with the run; use `llm keys set`, or a variable of the environment"
        ),
    ])
    func argumentsWithSecretsAreRefusedBecauseTheyWouldBeStored(arguments: [String], error: String) async throws {
        let batch = try Batch(extra: Self.environment)
        try await batch.refuses(["run", "-m", "echo"] + arguments, code: 64, error: "error: " + error)
    }

    @Test func secretsInAnyPlaceThatIsStoredAreRefused() async throws {
        let batch = try Batch()
        try batch.write(#"{"prompt":"x","options":{"api_key":"planted-secret-1"}}"#, to: "p.jsonl")
        for arguments in [
            ["run", "-m", "echo", "--", "--api-key", "planted-secret-1", "hi"],
            ["run", "-m", "echo", "--", "--token", "planted-secret-1", "hi"],
            ["run", "-m", "echo", "--option", "openai_api_key=planted-secret-1", "--", "hi"],
            ["enqueue", "p.jsonl", "-m", "echo"],
        ] {
            let before = batch.listing()
            let result = try await batch.run(arguments)
            #expect(result.code == (arguments[0] == "run" ? 64 : 65), "\(arguments)")
            #expect(result.err.contains("holds a secret, which would be stored"), "\(result.err)")
            #expect(!result.err.contains("planted-secret-1"))
            #expect(batch.changes(since: before) == [])
        }
    }

    @Test func secretsInPromptsAndVariablesAreShownNowhereButInTheAnswer() async throws {
        let batch = try Batch(extra: Self.environment)
        let arguments = ["-m", "echo", "--", "-s", "password=hunter22", "my key is sk-planted-1234567890"]
        let preview = try await batch.run(["run", "--dry-run"] + arguments).expectSuccess()
        #expect(
            preview.out
                == "llm -m echo -n -u -s 'password=***REDACTED***' 'my key is ***REDACTED***' </dev/null\n")
        #expect(try leaks(batch, [preview], ["hunter22", "sk-planted-1234567890"]) == [])
        let run = try await batch.run(["run", "--no-stream", "--run", "r"] + arguments).expectSuccess()
        let manifest = String(decoding: try batch.read("nllm-runs/r/manifest.json"), as: UTF8.self)
        #expect(!manifest.contains("hunter22"))
        #expect(!manifest.contains("sk-planted"))
        let result = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").first)
        let command = try #require(result["command"] as? [String])
        #expect(command.suffix(2) == ["password=***REDACTED***", "my key is ***REDACTED***"])
        #expect(try leaks(batch, [run], Array(Self.environment.values)) == [])
    }
}
