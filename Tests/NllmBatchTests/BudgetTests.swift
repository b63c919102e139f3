import Foundation
import Testing

/// What is spent stays within what may be spent.
///
/// `NLLM_BATCH_SOAK=1` makes it long.
@Suite struct BudgetTests {
    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"
    /// An answer of ten words for two words costs a cent; so 200 cells cost two dollars.
    private let costs = "costs:\n  paid: {input_per_1k: 0.5, output_per_1k: 0.9}\n"

    private func scene(_ behaviour: String = #"{"answer_tokens": 10, "delay_ms": 100}"#) async throws -> (
        Batch, LoopbackServer
    ) {
        let server = try await LoopbackServer(#"{"paid": \#(behaviour)}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(costs, to: ".nllm-config.yaml")
        try batch.write((1...200).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        return (batch, server)
    }

    /// What all requests that the server answered have cost, whether their answers were recorded or not.
    private func charged(_ server: LoopbackServer) throws -> Double {
        Double(try server.requests().count) * (2 * 0.5 + 10 * 0.9) / 1000
    }

    @Test func aBudgetIsNotPassedInOneGo() async throws {
        let (batch, server) = try await scene()
        let run = try await batch.run(
            "run", "p.jsonl", "--no-check", "-m", "paid", "--option", "max_tokens=10", "--max-cost", "0.50", "--run",
            "r", "-j", "16",
            "--executor", "shared")
        #expect(run.code == 1)
        #expect(run.err.contains("cells left, budget reached: $0."))
        #expect(try charged(server) <= 0.5)
        #expect(try charged(server) >= 0.45)
    }

    @Test func aBudgetIsNotPassedOverFiveRestarts() async throws {
        let (batch, server) = try await scene()
        _ = try await batch.run(
            "enqueue", "p.jsonl", "--no-check", "-m", "paid", "--option", "max_tokens=10", "--run", "r")
        let arguments = ["work", "r", "--max-cost", "0.50", "-j", "2", "--executor", "shared"]
        for round in 1...(Self.isLong ? 20 : 3) {
            let worker = try await batch.start(Batch.binary, arguments)
            let wanted = round * 4
            try await eventually("some requests are made, or the budget is used up") {
                if OSProcess.isGone(worker.pid) { return true }
                return try server.requests().count >= wanted
            }
            worker.signal(SIGKILL)
            _ = try await worker.result()
        }
        let last = try await batch.run(arguments)
        #expect(last.code == 1, "\(last.err)")
        #expect(try charged(server) <= 0.5)
        // What was under way at a kill counts as if it had cost the most.
        #expect(try server.requests().count >= 15)
        let more = try await batch.run(["work", "r", "--max-cost", "0.50", "--executor", "shared"])
        #expect(more.code == 1)
        #expect(try charged(server) <= 0.5)
    }

    @Test func withoutACapOnAnswersTheFirstCellRunsAlone() async throws {
        let (batch, server) = try await scene()
        let run = try await batch.run(
            "run", "p.jsonl", "--no-check", "-m", "paid", "--max-cost", "0.20", "--run", "r", "-j", "16", "--executor",
            "shared")
        #expect(run.code == 1)
        #expect(try charged(server) <= 0.2)
        #expect(try charged(server) >= 0.15)
        let log = try server.log()
        // The first request has ended before the second one begins.
        #expect(log.prefix(2).compactMap { $0["end"] as? Int }.count == 1)
    }

    @Test func earlierNightsCountWhenAsked() async throws {
        let (batch, server) = try await scene()
        try batch.write((1...20).map { "\"early \($0)\"\n" }.joined(), to: "early.jsonl")
        let options = ["-m", "paid", "--option", "max_tokens=10", "--executor", "shared"]
        try await batch.run(["run", "early.jsonl", "--no-check", "--run", "early"] + options).expectSuccess()
        // A run of its own has a budget of its own; within the window there is nothing left of it.
        let window = try await batch.run(
            ["run", "p.jsonl", "--run", "a", "--max-cost", "0.20", "--budget-window", "24h"] + options)
        #expect(window.code == 1)
        #expect(try server.requests().count == 20)
        let own = try await batch.run(["run", "p.jsonl", "--no-check", "--run", "b", "--max-cost", "0.10"] + options)
        #expect(own.code == 1)
        #expect((25...30).contains(try server.requests().count))
    }

    @Test func aBudgetOfTokensIsKept() async throws {
        let (batch, server) = try await scene()
        let run = try await batch.run(
            "run", "p.jsonl", "--no-check", "-m", "paid", "--option", "max_tokens=10", "--max-tokens-total", "300",
            "--run", "r",
            "--executor", "shared")
        #expect(run.code == 1)
        #expect(try server.requests().count <= 25)
        // What was under way at a kill counts as if it had cost the most.
        #expect(try server.requests().count >= 15)
    }

    @Test func aRunThatWasEnqueuedWithoutAPriceIsRefusedABudgetInDollars() async throws {
        let server = try await LoopbackServer(#"{"free": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"prompt\"\n", to: "p.jsonl")
        _ = try await batch.run("enqueue", "p.jsonl", "--no-check", "-m", "free", "--run", "r")
        let work = try await batch.run("work", "r", "--max-cost", "1")
        #expect(work.code == 78)
        #expect(work.err.hasPrefix("error: no price is known for model `free`"))
        #expect(try server.requests().isEmpty)
    }
}
