import Foundation
import Testing

/// What an answer cost, from the tokens that the real `llm` reports.
@Suite struct CostsTests {
    /// A model that the snapshot knows by this name, although the loopback server answers for it.
    private static let known = "openrouter/anthropic/claude-3.5-sonnet"

    @Test func costsComeFromTableSnapshotOrPriceFileInThisOrder() async throws {
        let usage = #"{"usage_details": {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}}"#
        let names = ["tabled", "filed", Self.known, "unknown"]
        let server = try await LoopbackServer("{" + names.map { "\"\($0)\": \(usage)" }.joined(separator: ",") + "}")
        let batch = try Batch(userPath: server.userPath)
        try batch.write("filed: {input_per_1k: 0.5, output_per_1k: 1}\n", to: "prices.yaml")
        try batch.write(
            """
            costs:
              tabled: {input_per_1k: 0.03, output_per_1k: 0.06}
            batch: {prices: prices.yaml}
            """, to: ".nllm-config.yaml")
        let arguments = names.flatMap { ["-m", $0] }
        try await batch.run(["run"] + arguments + ["--run", "r", "--no-stream", "--", "hi"]).expectSuccess()
        let results = try batch.jsonLines("nllm-runs/r/results.jsonl")
        let costs = results.map { ($0["meta"] as? [String: Any])?["cost_estimated"] as? Double }
        #expect(costs[0] == 0.06)
        #expect(costs[1] == 1.0)
        // 3 and 15 dollars for a million.
        #expect(costs[2] == 0.0105)
        #expect(costs[3] == nil)
        #expect((results[3]["meta"] as? [String: Any])?.keys.contains("cost_estimated") == false)

        let status = try await batch.run("status", "r")
        #expect(status.out.contains("cost: ≥ $1.07; no price for 1 of 4 models (estimated)\n"), "\(status.out)")
        let rows = try batch.query("SELECT model, cost_estimated FROM results ORDER BY 1")
        #expect(rows.contains(["tabled", "0.06"]))
        #expect(rows.contains(["unknown", ""]))
    }

    /// 1,000 tokens in and 500 out: 0.06 dollars at the plain price, half of it with `flex`; nobody knows `fast`.
    private func tieredScene() async throws -> (Batch, LoopbackServer) {
        let behaviour = """
            {"usage_details": {"prompt_tokens": 1000, "completion_tokens": 500}, "llm": {"service_tier": true}}
            """
        let server = try await LoopbackServer(#"{"m": \#(behaviour), "free": \#(behaviour)}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            """
            costs:
              m: {input_per_1k: 0.03, output_per_1k: 0.06}
              m[service_tier=flex]: {input_per_1k: 0.015, output_per_1k: 0.03}
            """, to: ".nllm-config.yaml")
        return (batch, server)
    }

    @Test func optionsThatAreChargedOtherwiseCountAsWhatTheyCost() async throws {
        let (batch, server) = try await tieredScene()
        try batch.write(
            """
            {"id": "plain", "prompt": "hi"}
            {"id": "default", "prompt": "hi", "options": {"service_tier": "default"}}
            {"id": "flex", "prompt": "hi", "options": {"service_tier": "flex"}}
            {"id": "fast", "prompt": "hi", "options": {"service_tier": "fast"}}

            """, to: "p.jsonl")
        try await batch.run("run", "p.jsonl", "-m", "m", "--run", "r").expectSuccess()
        let costs = try batch.query("SELECT prompt_id, cost_estimated FROM results ORDER BY 1")
        #expect(costs == [["default", "0.06"], ["fast", ""], ["flex", "0.03"], ["plain", "0.06"]])
        let status = try await batch.run("status", "r")
        #expect(status.out.contains("cost: ≥ $0.1500; no price for service_tier=fast (estimated)\n"), "\(status.out)")
        let limited = try await batch.run("run", "p.jsonl", "-m", "m", "--run", "limited", "--max-cost", "9")
        #expect(limited.code == 78)
        #expect(limited.err.contains("no price is known for model `m[service_tier=fast]` of run limited, so its cost"))
        #expect(try server.requests().count == 4)
    }

    @Test func soTheyDoHoweverTheyAreGiven() async throws {
        let (batch, server) = try await tieredScene()
        // With the model, for all models, or behind `--`.
        for given in [["-m", "m[service_tier=flex]"], ["-m", "m", "--option", "service_tier=flex"]] {
            try await batch.run(["run", "--new", "--no-stream"] + given + ["--", "hi"]).expectSuccess()
        }
        try await batch.run("run", "--new", "--no-stream", "-m", "m", "--", "-o", "service_tier", "flex", "hi")
            .expectSuccess()
        let last = try batch.query("SELECT cost_estimated FROM results")
        #expect(last == [["0.03"], ["0.03"], ["0.03"]])

        try await batch.run("run", "--run", "f", "--no-stream", "-m", "m[service_tier=fast]", "--", "hi")
            .expectSuccess()
        let unknown = try await batch.run("status", "f")
        #expect(unknown.out.contains("cost: no price for service_tier=fast\n"), "\(unknown.out)")
        let refused = try await batch.run("run", "-m", "m[service_tier=fast]", "--max-cost", "9", "--", "hi")
        #expect(refused.code == 78)
        #expect(refused.err.hasPrefix("error: no price is known for model `m[service_tier=fast]`, so its cost"))
        #expect(try server.requests().count == 4)
    }

    @Test func aBadPriceFileIsToldWithItsLines() async throws {
        let batch = try Batch()
        try batch.write("m: {input_per_1k: -1, output_per_1k: 1}\n", to: "prices.yaml")
        try batch.write("batch: {prices: prices.yaml}\n", to: ".nllm-config.yaml")
        try batch.write("ping", to: "p.txt")
        try await batch.refuses(
            "enqueue", "p.txt", "-m", "echo", code: 78,
            error: "prices.yaml:1: `input_per_1k` of `m` is not a number from 0; write US dollars per thousand tokens")
    }
}
