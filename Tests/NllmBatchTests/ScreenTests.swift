import Foundation
import Testing

/// Whole screens of 80 × 24, with six models whose names are as long as real ones.
///
/// In what is expected, digits of times and durations are zeros, and texts that are of different lengths from run to run
/// have names in capitals.
@Suite struct ScreenTests {
    private static let models = [
        "gpt-4o-mini", "anthropic/claude-opus-4-5-20251101-thinking", "gemini-2.5-flash-preview-05-20",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo", "o4-mini-deep-research", "mistralai/mixtral-8x22b-instruct-v0.1",
    ]
    private static let run = "2026-11-28_02-15-01"

    private static func behaviours(_ values: [String]) -> String {
        "{" + zip(models, values).map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    }

    /// Every answer and error takes so long that its time has one digit before the point.
    private static let answer = #"{"delay_ms": 1200}"#
    /// One model answers; two answer when they are let; the others ask to wait, refuse the prompt, and refuse the key.
    private static let mixed = [
        answer, #"{"until": "go"}"#, #"{"delay_ms": 1200, "fail": {"status": 429, "retry_after": 400}}"#,
        #"{"delay_ms": 1200, "fail": {"status": 400}}"#, #"{"delay_ms": 2400, "fail": {"status": 401}}"#,
        #"{"until": "go"}"#,
    ]

    private func enqueue(_ prompts: Int, as run: String, _ models: [String], in batch: Batch) async throws {
        let lines = (1...prompts).map { "{\"id\": \"q\($0)\", \"prompt\": \"prompt \($0)\"}\n" }
        try batch.write(lines.joined(), to: "p.jsonl")
        let arguments = ["enqueue", "p.jsonl", "--no-check", "--run", run, "-o", Self.folder(batch)]
        try await batch.run(arguments + models.flatMap { ["-m", $0] }).requireSuccess()
    }

    /// The folder of runs, whose path is as long in every test.
    private static func folder(_ batch: Batch) -> String { "/tmp/evals-" + batch.directory.suffix(12) }

    @Test(.enabled(if: Tmux.isAvailable, "needs tmux"))
    func everyScreenIsWhole() async throws {
        let server = try await LoopbackServer(Self.behaviours(Self.models.map { _ in Self.answer }))
        let batch = try Batch(userPath: server.userPath)
        defer { try? FileManager.default.removeItem(atPath: Self.folder(batch)) }
        let priced = [Self.models[0], Self.models[1], Self.models[2], Self.models[4]]
        let costs = priced.map { "  \($0): {input_per_1k: 0.15, output_per_1k: 0.6}\n" }
        try batch.write("costs:\n" + costs.joined(), to: ".nllm-config.yaml")
        try await enqueue(1, as: "smoke", [Self.models[0]], in: batch)
        // A run that is half done, and goes on with models that behave otherwise.
        try await enqueue(5, as: Self.run, Self.models, in: batch)
        try await batch.run("work", "--executor", "shared", "-j", "32").requireSuccess()
        try await enqueue(9, as: Self.run, Self.models, in: batch)
        try await server.change(Self.behaviours(Self.mixed))

        let (first, second) = (try await Tmux(in: batch), try await Tmux(in: batch))
        try await first.start("work --executor shared -j 32")
        try await expect(Self.table, batch) { try await first.screen() }
        try await expect(Self.status, batch) { try await second.screen(of: "status") }
        try await expect(Self.list, batch) { try await second.screen(of: "list") }
        try await expect(Self.show, batch) { try await second.screen(of: "show --prompt q6") }
        try server.release()
        try await eventually("the worker has ended") { try await first.screen().last == "$" }
        try await expect(Self.summary, batch) { try await first.screen(of: "work --max-wait 10s") }
    }

    /// Expects the screen once its times have as many digits as in what is expected.
    private func expect(_ expected: String, _ batch: Batch, screen: () async throws -> [String]) async throws {
        let expected = expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var lines: [String] = []
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(120)
        repeat {
            lines = try await screen().map { steady($0, batch) }
            if lines != expected { try await Task.sleep(for: .milliseconds(200)) }
        } while lines != expected && clock.now < deadline
        #expect(lines == expected, "\n\(lines.joined(separator: "\n"))\n")
    }

    /// A line with what differs from run to run replaced, as wide as it was if something stands behind it.
    private func steady(_ line: String, _ batch: Batch) -> String {
        let zeros = line.replacing(Self.folder(batch), with: "/tmp/evals-000000000000")
            .replacing(#/\d\d:\d\d:\d\d|T[\d:.]+Z|\d+ min \d+ s|\(in \d+|min \d+ s|\d+\.\d s/#) { match in
                String(match.output.map { $0.isNumber ? "0" : $0 })
            }
        return zeros.replacing(#/\d{4}-\d\d-\d\dT/#, with: "0000-00-00T")
            .replacing(#/(today|\d+ [A-Z][a-z]{2}) \d\d:\d\d \(.*? ago\)/#, with: "TIME")
            .replacing(#/\d+ (s|min) ago$/#, with: "AGO").replacing(#/^rate: .*/#, with: "rate: RATE")
            .replacing(#/\(in [^)]*\)$/#, with: "(in TIME)")
            .replacing(#/ in [0-9.]+ (min \d+ s|m?s) +│/#) { match in
                " in TIME" + String(repeating: " ", count: match.output.0.count - 9) + "│"
            }
    }
}
