import Foundation
import Testing

/// `trend` shows the nights of a series with what changed between them.
@Suite struct TrendTests {
    /// Five prompts, of which the first two pass if the answer is yes.
    private static let prompts = (1...5).map { number in
        let check = number <= 2 ? "yes" : "text"
        return #"{"id": "p\#(number)", "prompt": "text \#(number)", "assert": "contains:\#(check)"}"# + "\n"
    }.joined()

    private func answers(_ word: String) -> String { #"{"m": {"answer": "\#(word) {prompt}"}, "n": {}}"# }

    private func night(_ batch: Batch, _ name: String, _ more: String...) async throws -> Batch.Result {
        try await batch.run(
            ["run", "p.jsonl", "--no-check", "-m", "m", "--run", name, "--series", "nightly", "--executor", "shared"]
                + more)
    }

    private func trend(_ batch: Batch, _ more: String...) async throws -> [String: Any] {
        let result = try await batch.run(["trend", "nightly", "--json"] + more).expectSuccess()
        return try #require(try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any])
    }

    @Test func nightsAreShownWithWhatChanged() async throws {
        let server = try await LoopbackServer(answers("yes"))
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.prompts, to: "p.jsonl")
        try await night(batch, "one").expectSuccess()
        try await server.change(answers("no"))
        #expect(try await night(batch, "two", "--gate", "pass_rate >= 0.9").code == 1)
        try await server.change(answers("yes"))
        try await night(batch, "three", "--gate", "pass_rate >= 0.9").expectSuccess()
        try await batch.run(
            "enqueue", "p.jsonl", "--no-check", "-m", "m", "--run", "four", "--series", "nightly"
        ).expectSuccess()

        let document = try await trend(batch)
        let nights = try #require(document["nights"] as? [[String: Any]])
        #expect(nights.map { $0["run"] as? String } == ["one", "two", "three", "four"])
        #expect(nights.map { $0["state"] as? String } == ["no_gate", "failed", "passed", "unfinished"])
        let changes = nights.map { ($0["changes"] as? [[String: Any]])?.first }
        #expect(changes.map { $0?["failing"] as? [String] } == [[], ["p1", "p2"], [], nil])
        #expect(changes.map { $0?["fixed"] as? [String] } == [[], [], ["p1", "p2"], nil])
        let unstable = try #require(document["unstable"] as? [[String: Any]])
        #expect(unstable.map { $0["prompt_id"] as? String } == ["p1", "p2"])
        #expect(unstable.allSatisfy { $0["changes"] as? Int == 2 })
        let rate = ((nights[1]["result"] as? [String: Any])?["models"] as? [[String: Any]])?.first?["pass_rate"]
        #expect(rate as? Double == 0.6)

        let text = try await batch.run("trend", "nightly", "--markdown", "trend.md").expectSuccess()
        #expect(text.lines[0] == "nightly: unfinished, night four; 4 nights")
        #expect(text.lines[1].hasPrefix("night"))
        #expect(text.lines[3].contains("failed") && text.lines[3].contains("60%"))
        #expect(text.lines[3].hasSuffix("2/0") && text.lines[4].hasSuffix("0/2"))
        #expect(text.lines.contains { $0.hasPrefix("m: won 2 on today ") && $0.hasSuffix(": `p1`, `p2`") })
        #expect(text.lines.contains("back and forth: `p1` on m (2 times), `p2` on m (2 times)"))
        #expect(text.lines.count <= 24 && text.lines.allSatisfy { $0.count <= 80 }, "\(text.out)")
        let markdown = String(decoding: try batch.read("trend.md"), as: UTF8.self)
        #expect(markdown.contains("\n| two | m | failed | 60%"))

        let last = try await trend(batch, "--last", "2")
        #expect(last["count"] as? Int == 4 && (last["nights"] as? [Any])?.count == 2)
        #expect((last["unstable"] as? [Any])?.count == 0)
    }

    @Test func aSeriesThatIsNotThereIsNamed() async throws {
        let server = try await LoopbackServer(answers("yes"))
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.prompts, to: "p.jsonl")
        try await night(batch, "one").expectSuccess()
        let path = batch.directory + "/nllm-runs/batch.db"
        try await batch.refuses(
            "trend", "nightyl", code: 66, error: "error: no series `nightyl` in \(path); did you mean `nightly`?")
        try await batch.refuses(
            "trend", "weekly", code: 66, error: "error: no series `weekly` in \(path); there are `nightly`")
        #expect(try await batch.run("trend", "nightly", "--last", "0").code == 64)
    }
}
