import Foundation
import Testing

/// How a user says what is limited, what fails, and what need not be asked again.
@Suite struct LimitOptionsTests {
    // MARK: Mistakes

    @Test(arguments: [
        ("work --rpm fast", "`--rpm` is `fast` but must be N or NAME=N with N from 1 to 1,000,000"),
        ("work --rpm 0", "`--rpm` is `0` but must be N or NAME=N with N from 1 to 1,000,000"),
        ("run p.jsonl --rpm m[a=b]", "`--rpm` is `m[a=b]` but must be N or NAME=N with N from 1 to 1,000,000"),
        ("run p.jsonl --tpm =5", "`--tpm` is `=5` but must be N or NAME=N with N from 1 to 1,000,000,000"),
        ("work --model-concurrency 5", "`--model-concurrency` is `5` but must be NAME=N with N from 1 to 1024"),
        (
            "work --model-concurrency m=2000",
            "`--model-concurrency` is `m=2000` but must be NAME=N with N from 1 to 1024"
        ),
        ("work --max-wait soon", "`--max-wait` is `soon` but must be a duration such as 90, 15m, 24h or 7d"),
        ("work --max-wait 31d", "`--max-wait` is `31d` but must be 0 to 30d"),
        ("work --max-cost nan", "`--max-cost` is nan but must be 0 to 1,000,000,000 US dollars"),
        ("work --max-cost=-1", "`--max-cost` is -1.0 but must be 0 to 1,000,000,000 US dollars"),
        ("work --max-tokens-total 0", "`--max-tokens-total` is 0 but must be 1 to 1,000,000,000,000"),
        ("work --max-cost 1 --budget-window 10s", "`--budget-window` is `10s` but must be 1m to 365d"),
        (
            "enqueue p.jsonl --fail-on empty --fail-on truncated,auth",
            "`--fail-on` holds `auth` but may hold `truncated`, `filtered`, `empty`, separated by commas"
        ),
        (
            "work --cache any --fail-on x",
            "`--fail-on` holds `x` but may hold `truncated`, `filtered`, `empty`, separated by commas"
        ),
        ("run --cache=soon p.jsonl", "`--cache` is `soon` but must be a duration such as 90, 15m, 24h or 7d, or any"),
        ("run --cache p.jsonl", "`--cache` is `p.jsonl` but must be a duration such as 90, 15m, 24h or 7d, or any"),
        ("enqueue p.jsonl --cache", "Missing value for '--cache <age>'"),
        ("work --cache 40000d", "`--cache` is `40000d` but must be 0 to 36525d"),
        ("enqueue p.jsonl --priority -1001", "`--priority` is -1001 but must be -1000 to 1000"),
    ])
    func aWrongValueIsToldWithWhatIsAllowed(command: String, error: String) async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        let arguments = command.split(separator: " ").map(String.init)
        try await batch.refuses(
            arguments, code: 64, error: "error: \(error); see `nllm-batch \(arguments[0]) --help`")
    }

    @Test func aWindowNeedsABudget() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        let error = "error: `--budget-window` limits nothing by itself; add --max-cost or --max-tokens-total"
        for command in [["work"], ["run", "p.jsonl", "-m", "echo"]] {
            try await batch.refuses(command + ["--budget-window", "24h"], code: 64, error: error)
        }
        try batch.write("batch: {max_tokens_total: 1000000}\n", to: ".nllm-config.yaml")
        try await batch.run("run", "p.jsonl", "-m", "echo", "--budget-window", "24h", "--run", "r").expectSuccess()
    }

    @Test func aCostCannotBeLimitedWithoutPrices() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        let advice =
            ", so its cost can't be limited; give the price under `costs` in the configuration or in a price file, "
            + "or leave out --max-cost (`max_cost` in the configuration)"
        let run = ["run", "p.jsonl", "--no-check", "-m", "gpt-4o", "-m", "echo"]
        try await batch.refuses(
            run + ["--max-cost", "5"], code: 78, error: "error: no price is known for model `echo`\(advice)")
        try await batch.refuses(
            run + ["-m", "other", "--max-cost", "5"], code: 78,
            error: "error: no price is known for model `echo` and 1 more\(advice)")
        // Only work is limited, so that prices may come later.
        try await batch.run("enqueue", "p.jsonl", "-m", "echo", "--run", "r").expectSuccess()
        // What is free is priced.
        try batch.write(
            "batch: {max_cost: 0}\ncosts: {echo: {input_per_1k: 0, output_per_1k: 0}}\n", to: ".nllm-config.yaml")
        try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "free").expectSuccess()
    }

    // MARK: What a run keeps

    /// A folder where every question about `llm` is answered at once.
    private static func batch() throws -> Batch {
        let batch = try Batch(llm: Batch.fakeLLM("echo 'llm, version 9.9'"))
        try batch.write("\"x\"", to: "p.jsonl")
        return batch
    }

    /// The settings of a run that its manifest tells.
    private func settings(_ run: String, _ batch: Batch) async throws -> String {
        try await batch.run("export", run).expectSuccess()
        let manifest = try #require(
            try JSONSerialization.jsonObject(with: try batch.read("nllm-runs/\(run)/manifest.json")) as? [String: Any])
        let settings = try #require(manifest["settings"] as? [String: Any])
        let kinds = try #require(settings["fail_on"] as? [String]).joined(separator: ",")
        let cache = (settings["cache_seconds"] as? Double).map { String(Int($0)) } ?? "null"
        return "\(kinds) \(cache) \(try #require(settings["priority"] as? Int))"
    }

    @Test func aRunKeepsWhatFailsWhatIsCachedAndItsPriority() async throws {
        let batch = try Self.batch()
        let table = [
            ("p.jsonl", " null 0"),
            ("p.jsonl --priority -5 --fail-on empty,truncated", "truncated,empty null -5"),
            ("--fail-on filtered p.jsonl --fail-on empty --cache=any", "filtered,empty 3155760000 0"),
            ("--cache any p.jsonl", " 3155760000 0"),
            ("--cache any --priority 7 p.jsonl", " 3155760000 7"),
            ("--cache 1.5h p.jsonl", " 5400 0"),
            ("--cache=7d p.jsonl", " 604800 0"),
        ]
        for (index, (arguments, expected)) in table.enumerated() {
            let words = arguments.split(separator: " ").map(String.init)
            try await batch.run(["enqueue", "-m", "m", "--no-check", "--run", "r\(index)"] + words).expectSuccess(
                "\(arguments)")
            #expect(try await settings("r\(index)", batch) == expected, "\(arguments)")
        }
    }

    @Test func anExistingRunTakesOverWhatIsGivenAndKeepsTheRest() async throws {
        let batch = try Self.batch()
        func enqueue(_ arguments: String...) async throws -> String {
            try await batch.run(["enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r"] + arguments)
                .expectSuccess()
            return try await settings("r", batch)
        }
        try batch.write("batch: {fail_on: 'empty', cache: 24h, priority: 3}\n", to: ".nllm-config.yaml")
        #expect(try await enqueue() == "empty 86400 3")
        try batch.write("batch: {fail_on: 'filtered', cache: 1h, priority: 4}\n", to: ".nllm-config.yaml")
        #expect(try await enqueue() == "empty 86400 3")
        #expect(try await enqueue("--priority", "9") == "empty 86400 9")
        #expect(try await enqueue("--cache", "0", "--fail-on", "") == " 0 9")
    }

    @Test func aRunIsTakenUpAgainWhateverIsLimited() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "--no-check", "-m", "echo", "--run", "other").expectSuccess()
        let limited = try await batch.run(
            "run", "p.jsonl", "-m", "echo", "--cache", "any", "--fail-on", "empty", "--priority", "5", "--rpm", "600",
            "--max-tokens-total", "100000"
        ).expectSuccess()
        #expect(limited.err.hasPrefix("resuming run other"), "\(limited.err)")
    }

    @Test func behindADoubleDashEverythingIsForLLM() async throws {
        let batch = try Batch()
        let run = try await batch.run("run", "--cache", "any", "-m", "echo", "--run", "r", "--", "say", "--cache")
        #expect(run.code != 64, "\(run.err)")
        #expect(try await settings("r", batch) == " 3155760000 0")
        let arguments = try batch.query("SELECT arguments FROM runs")
        #expect(arguments.first?.first?.contains("--cache\"") == true)
    }

    @Test func aWorkerTakesTheSameOptions() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "--no-check", "-m", "echo", "--run", "r").expectSuccess()
        let work = try await batch.run(
            "work", "--rpm", "600", "--rpm", "echo=300", "--tpm", "echo=100000", "--model-concurrency", "echo=2",
            "--max-wait", "1m", "--max-tokens-total", "100000", "--budget-window", "24h", "--fail-on", "empty",
            "--cache", "any", "r"
        ).expectSuccess()
        #expect(work.out == batch.directory + "/nllm-runs/r\n")
    }
}
