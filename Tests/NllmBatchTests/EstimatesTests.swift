import Foundation
import Testing

/// What `enqueue`, `run` and `--dry-run` say of tokens and dollars before anything is spent.
@Suite struct EstimatesTests {
    /// Model `m` costs 1 dollar for a million tokens in and 10 for a million out; `free` has no price.
    private func scene() async throws -> (Batch, LoopbackServer) {
        let usage = #"{"usage_details": {"prompt_tokens": 42, "completion_tokens": 30}}"#
        let server = try await LoopbackServer(#"{"m": \#(usage), "free": \#(usage)}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("costs: {m: {input_per_1k: 0.001, output_per_1k: 0.01}}\n", to: ".nllm-config.yaml")
        try batch.write(Self.prompts(1), to: "one.jsonl")
        try batch.write(Self.prompts(4), to: "four.jsonl")
        return (batch, server)
    }

    /// Prompts of 100 bytes.
    private static func prompts(_ count: Int) -> String {
        (1...count).map { "{\"prompt\": \"\(String($0).padding(toLength: 100, withPad: "x", startingAt: 0))\"}\n" }
            .joined()
    }

    private static let first = "estimate for m: 1 cell, 22 to 56 tokens in, 20 to 800 out, $0.000222 to $0.008056\n"

    @Test func tokensAndDollarsAreEstimatedByModel() async throws {
        let (batch, server) = try await scene()
        let models = ["-m", "m", "-m", "free"]
        let free = "estimate for free: 1 cell, 22 to 56 tokens in, 20 to 800 out, no price known\n"
        let dry = try await batch.run(["enqueue", "one.jsonl", "--dry-run"] + models)
        let prompt = "1" + String(repeating: "x", count: 99)
        #expect(
            dry.err
                == "first prompt, 000001:\n  | \(prompt)\n2 cells in all; nothing was run\n" + Self.first + free)
        #expect(!batch.exists("nllm-runs"))
        let enqueued = try await batch.run(["enqueue", "one.jsonl", "--run", "r"] + models)
        #expect(enqueued.err == "2 cells in new run r\n" + Self.first + free)
        let json = try await batch.run(["enqueue", "one.jsonl", "--run", "s", "--json", "--quiet"] + models)
        let object = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any]
        let estimates = try #require(object?["estimates"] as? [[String: Any]])
        #expect(estimates.map { $0["model"] as? String } == ["m", "free"])
        #expect(estimates[0]["tokens_input"] as? [String: Double] == ["low": 22, "high": 56])
        #expect(estimates[1]["cost"] is NSNull)
        #expect(json.err == "")
        _ = server
    }

    @Test func earlierAnswersAndNewCellsCount() async throws {
        let (batch, server) = try await scene()
        let run = try await batch.run("run", "four.jsonl", "-m", "m", "--run", "r").expectSuccess()
        #expect(run.err.contains("estimate for m: 4 cells, 88 to 224 tokens in, 80 to 3.2k out, $0.000888 to "))
        // 42 tokens where 100 / 3.5 + 8 were expected: 42 again, give or take 15 %; and always 30 out.
        let after = "estimate for m: 1 cell, 36 to 48 tokens in, 30 out, $0.000336 to $0.000348\n"
        let dry = try await batch.run("run", "one.jsonl", "-m", "m", "--dry-run")
        #expect(dry.err.hasSuffix(after), "\(dry.err)")
        // Of five prompts one is new to the run.
        try batch.write(Self.prompts(5), to: "four.jsonl")
        let more = try await batch.run("enqueue", "four.jsonl", "-m", "m", "--run", "r")
        #expect(more.err == "run r: 4 kept, 0 changed, 1 new, 0 removed\n" + after)
        let same = try await batch.run("enqueue", "four.jsonl", "-m", "m", "--run", "r")
        #expect(same.err == "run r: 5 kept, 0 changed, 0 new, 0 removed\n")
        _ = server
    }
}
