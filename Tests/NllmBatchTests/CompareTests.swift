import Foundation
import Testing

/// `compare` says whether a run is worse than an earlier one, and which prompts pass no more.
@Suite struct CompareTests {
    /// A server that lives as long as the folder in which the prompts are run.
    private struct Scene {
        let server: LoopbackServer
        let batch: Batch

        /// Twenty prompts: ten pass if the answer is yes, two if it is no, the others always.
        init(_ behaviours: String = #"{"m": {"answer": "yes {prompt}"}, "n": {"answer": "no {prompt}"}}"#) async throws
        {
            server = try await LoopbackServer(behaviours)
            batch = try Batch(userPath: server.userPath)
            try batch.write(Self.prompts(), to: "p.jsonl")
        }

        static func prompts(edited: Int? = nil) -> String {
            (1...20).map { number in
                let text = number == edited ? "other text" : "text \(number)"
                let check = number <= 10 ? "yes" : number <= 12 ? "no" : "text"
                let metric = #"{"type": "contains", "value": "\#(check)", "metric": "agrees"}"#
                return #"{"id": "p\#(number)", "prompt": "\#(text)", "assert": [\#(metric)]}"# + "\n"
            }.joined()
        }

        func run(_ name: String, _ more: String...) async throws {
            try await batch.run(["run", "p.jsonl", "--no-check", "--run", name, "--executor", "shared"] + more)
                .expectSuccess()
        }

        func compare(_ arguments: String...) async throws -> [String: Any] {
            let result = try await batch.run(["compare"] + arguments + ["--json"]).expectSuccess()
            return try #require(
                try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any], "\(result.out)")
        }

        func model(_ label: String, in document: [String: Any]) throws -> [String: Any] {
            let models = try #require(document["models"] as? [[String: Any]])
            return try #require(models.first { $0["model"] as? String == label })
        }
    }

    private func ids(_ changes: Any?) -> [String] {
        (changes as? [[String: Any]] ?? []).compactMap { $0["prompt_id"] as? String }
    }

    @Test func aWorseRunIsSaidToBeWorseWithThePromptsThatFail() async throws {
        let scene = try await Scene()
        try await scene.run("one", "-m", "m")
        try await scene.server.change(#"{"m": {"answer": "no {prompt}"}}"#)
        try scene.batch.write(Scene.prompts(edited: 3), to: "p.jsonl")
        try await scene.run("two", "-m", "m")
        let model = try scene.model("m", in: try await scene.compare("one", "two"))
        #expect(model["verdict"] as? String == "worse")
        #expect(model["drop"] as? Double == 40 && model["compared"] as? Int == 20)
        #expect(ids(model["failing"]) == (1...10).map { "p\($0)" } && ids(model["fixed"]) == ["p11", "p12"])
        let failing = try #require(model["failing"] as? [[String: Any]])
        #expect(failing.filter { $0["edited"] as? Bool == true }.compactMap { $0["prompt_id"] as? String } == ["p3"])
        let (before, now) = (
            try #require(model["before"] as? [String: Any]), try #require(model["now"] as? [String: Any])
        )
        #expect(before["pass_rate"] as? Double == 0.9 && now["pass_rate"] as? Double == 0.5)
        #expect((now["metrics"] as? [String: Double]) == ["agrees": 0.5])
        #expect((now["interval"] as? [Double])?.map { Int(100 * $0) } == [29, 70])

        let text = try await scene.batch.run("compare").expectSuccess()
        #expect(text.lines[0] == "two against one: worse: m")
        #expect(text.lines[1].hasPrefix("m: worse: 40 points lower (at most "))
        #expect(text.lines.contains("  metric `agrees` 0.9 → 0.5"))
        #expect(text.lines.contains("  pass → fail: 10: `p1`, `p2`, `p3`*, `p4`, `p5`, and 5 more"))
        #expect(text.lines.contains("  fail → pass: 2: `p11`, `p12`"))
        #expect(text.lines.contains("  1 prompt edited (*)"))
        #expect(text.lines.count <= 24 && text.lines.allSatisfy { $0.count <= 80 }, "\(text.out)")
        let same = try scene.model("m", in: try await scene.compare("two", "two"))
        #expect(same["verdict"] as? String == "no_drop" && ids(same["failing"]) == [])
        #expect(same["p"] as? Double == 0.5)
    }

    @Test func twoModelsOfARunArePairedByPrompt() async throws {
        let scene = try await Scene()
        try await scene.run("r", "-m", "m", "-m", "n")
        let document = try await scene.compare("r", "-m", "m", "-m", "n")
        #expect((document["before"] as? [String: Any])?["model"] as? String == "m")
        let model = try scene.model("n", in: document)
        #expect(model["verdict"] as? String == "worse" && ids(model["failing"]).count == 10)
        #expect((model["failing"] as? [[String: Any]])?.allSatisfy { $0["edited"] is NSNull } == true)
        let text = try await scene.batch.run("compare", "last", "-m", "n", "-m", "m").expectSuccess()
        #expect(text.lines[0] == "m against n in r: no drop found: m")
        #expect(text.lines[1].contains("40 points higher"))
    }

    @Test func newGoneAndServedModelsAreNamed() async throws {
        let scene = try await Scene(#"{"m": {}, "n": {}, "o": {}}"#)
        try await scene.run("one", "-m", "m", "-m", "n")
        try await scene.run("two", "-m", "m", "-m", "o")
        try scene.batch.execute(
            "UPDATE attempts SET served_model = 'm-' || run_id, served_fingerprint = 'fp' || run_id",
            in: "nllm-runs/batch.db")
        let document = try await scene.compare("one", "two")
        #expect(document["headline"] as? String == "no drop found: m; new: o; gone: n")
        let events = try scene.model("m", in: document)["events"] as? [String]
        #expect(events == ["m: the provider serves another model: `m-2`, before `m-1`"])
        // Without verdicts nothing can be told.
        try scene.batch.execute("UPDATE grades SET passed = NULL WHERE run_id = 2", in: "nllm-runs/batch.db")
        let unjudged = try scene.model("m", in: try await scene.compare("one", "two", "-m", "m"))
        #expect(unjudged["verdict"] as? String == "cannot_tell")
        #expect(unjudged["text"] as? String == "can't tell: no prompt has a verdict in both")
    }

    @Test func markdownIsAppended() async throws {
        let scene = try await Scene(#"{"m": {}}"#)
        try await scene.run("one", "-m", "m")
        try await scene.run("two", "-m", "m")
        try scene.batch.write("# Night\n\n", to: "summary.md")
        try await scene.batch.run("compare", "one", "two", "--markdown", "summary.md").expectSuccess()
        let summary = String(decoding: try scene.batch.read("summary.md"), as: UTF8.self)
        #expect(summary.hasPrefix("# Night\n\n## two against one: no drop found: m\n\n| model |  | pass rate |"))
        #expect(summary.contains("\n| m | before | "))
        try await scene.batch.refuses(
            "compare", "one", "two", "--markdown", "nowhere/summary.md", code: 73,
            error: "error: cannot create nowhere/summary.md: No such file or directory; "
                + "choose another place with --outdir or --db")
    }

    @Test func wrongNamesAreNamed() async throws {
        let scene = try await Scene(#"{"m": {}}"#)
        try await scene.run("one", "-m", "m")
        try await scene.batch.refuses(
            "compare", "one", code: 64,
            error: "error: run one has no run before it from the same sources; name two runs, the earlier one first")
        try await scene.batch.refuses(
            "compare", "one", "-m", "m", "-m", "mm", code: 64,
            error: "error: run `one` has no model `mm`; it has `m`; did you mean `m`?")
        #expect(try await scene.batch.run("compare", "one", "tow").code == 66)
        #expect(try await scene.batch.run("compare", "a", "b", "c").code == 64)
    }
}
