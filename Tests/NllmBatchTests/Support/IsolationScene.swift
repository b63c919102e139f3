import Foundation
import Testing

/// A finished run of cells that run Python, among quiet ones, all at once as far as that goes.
struct IsolationScene: Sendable {
    /// A cell that runs Python, and what is expected of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var id: String
        var code: String
        var status = "ok"
        var kind: String?
        var attempts = 1
        var text: @Sendable (String) -> Bool = { $0.isEmpty }

        var testDescription: String { id }
    }

    static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"
    private static let quiet = (1...30).map { "quiet \($0)" }

    let batch: Batch
    let work: Batch.Result
    private let cases: [Case]
    /// The processes that were there after the work.
    private let left: [pid_t]

    init(_ cases: [Case], executor: String, timeout: Int = 300) async throws {
        self.cases = cases
        let server = try await LoopbackServer(#"{"good": {"delay_ms": 50}}"#)
        batch = try Batch.violent(server)
        let hard = cases.map { ["id": $0.id, "prompt": $0.code, "models": ["code"]] as [String: Any] }
        try batch.write(prompts: hard + Self.quiet.map { ["id": $0, "prompt": $0, "models": ["good"]] })
        try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "code", "-m", "good", "--run", "main", "--retries", "1"
        ).expectSuccess()
        work = try await batch.run("work", "-j", "6", "--executor", executor, "--timeout", String(timeout))
        left = OSProcess.marked(in: batch)
    }

    private func results() throws -> [String: [String: Any]] {
        let lines = try batch.jsonLines("nllm-runs/main/results.jsonl")
        return Dictionary(lines.map { ($0["prompt_id"] as? String ?? "", $0) }) { first, _ in first }
    }

    /// Expects of a cell what is said of it.
    func check(_ one: Case) throws {
        let result = try #require(try results()[one.id])
        let note: Comment = "\(one.id): \(result.filter { $0.key != "text" && $0.key != "command" })"
        #expect(result["status"] as? String == one.status, note)
        #expect((result["failure"] as? [String: Any])?["kind"] as? String == one.kind, note)
        #expect(result["attempts"] as? Int == one.attempts, note)
        #expect(one.text(result["text"] as? String ?? ""), note)
    }

    /// Expects that the quiet cells have noticed nothing, and that the worker has left nothing.
    func checkOthers() throws {
        #expect(work.code == (cases.contains { $0.status != "ok" } ? 1 : 0), "\(work.err)")
        #expect(left == [])
        let results = try results()
        for prompt in Self.quiet {
            let result = try #require(results[prompt])
            #expect(result["text"] as? String == "echo: \(prompt)")
            #expect(result["attempts"] as? Int == 1, "\(prompt)")
        }
    }

    /// Expects of all cells what is said of them.
    func check() throws {
        for one in cases { try check(one) }
        try checkOthers()
    }
}
