import Foundation
import Testing

/// Nights of a series: a model whose every answer passes, until some prompts fail for good.
@Suite struct NightTests {
    static let seeds = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == nil ? Array(1...2) : Array(1...20)
    private static let prompts = 50

    private static func suite(_ gate: String = "no_regression") -> String {
        let tests = (1...prompts).map { "  - {description: q\($0), vars: {n: '\($0)'}}\n" }.joined()
        return """
            providers: [m]
            prompts: ['Question <{{n}}>']
            defaultTest: {assert: [{type: equals, value: fine}]}
            gate: [\(gate)]
            series: nightly
            tests:

            """ + tests
    }

    /// A model that answers prompts with these numbers wrongly.
    private static func behaviour(failing numbers: [Int]) -> String {
        let answers = numbers.map { "[\"<\($0)>\", \"wrong \($0)\"]" }.joined(separator: ", ")
        return #"{"m": {"answer": "fine", "answers": [\#(answers)]}}"#
    }

    private static func night(_ batch: Batch, _ name: String, _ arguments: String...) async throws -> Batch.Result {
        try await batch.run(
            ["run", "s.yaml", "--run", name, "--executor", "shared", "--concurrency", "8"] + arguments)
    }

    private static func document(_ batch: Batch, _ run: String) async throws -> [String: Any] {
        let result = try await batch.run("gate", run, "--json")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any])
    }

    /// The ids of the broken prompts in a night's JSON, with the days since when.
    private static func broken(_ document: [String: Any]) throws -> [String: String] {
        let models = try #require(document["models"] as? [[String: Any]])
        let broken = try #require(models.first?["broken"] as? [[String: String]])
        return Dictionary(uniqueKeysWithValues: broken.map { ($0["id"] ?? "", $0["since"] ?? "") })
    }

    @Test(arguments: seeds)
    func brokenPromptsAreNamedUntilTheyAreAccepted(seed: Int) async throws {
        var generator = SeededGenerator(UInt64(seed))
        let numbers = (1...Self.prompts).shuffled(using: &generator).prefix(Int.random(in: 2...5, using: &generator))
        let ids = Set(numbers.map { "q\($0)" })
        let server = try await LoopbackServer(Self.behaviour(failing: []))
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.suite(), to: "s.yaml")
        for night in 1...7 {
            let result = try await Self.night(batch, "n\(night)")
            #expect(result.code == 0, "night \(night): \(result.err)")
        }
        try await server.change(Self.behaviour(failing: Array(numbers)))
        let eighth = try await Self.night(batch, "n8", "--junit", "n8.xml", "--markdown", "n8.md")
        #expect(eighth.code == 1)
        let first = try await Self.document(batch, "n8")
        #expect(Set(try Self.broken(first).keys) == ids)
        try await Self.checkReports(batch, eighth, ids: ids)

        // The prompts are not asked on again, and are broken since the night before.
        let before = try server.requests().count
        #expect(try await Self.night(batch, "n9").code == 1)
        #expect(try server.requests().count - before == Self.prompts)
        let second = try await Self.document(batch, "n9")
        #expect(try Self.broken(second) == Self.broken(first))
        #expect(second["passed"] as? Bool == false)

        try await batch.run("suite", "accept", "nightly").expectSuccess()
        let tenth = try await Self.night(batch, "n10")
        #expect(tenth.code == 0, "\(tenth.err)")
        #expect(try Self.broken(try await Self.document(batch, "n10")).isEmpty)
        #expect(
            try batch.query("SELECT group_concat(passed, '') FROM nights WHERE series = 'nightly'") == [["1111111001"]])
        // Confirming answers are in no result.
        #expect(try batch.jsonLines("nllm-runs/n8/results.jsonl").count == Self.prompts)
        #expect(try await batch.run("list").expectSuccess().lines.count { $0.hasPrefix("n") } == 10)
    }

    /// The report in text, as JUnit's XML and as Markdown names exactly these prompts.
    private static func checkReports(_ batch: Batch, _ night: Batch.Result, ids: Set<String>) async throws {
        let gate = try await batch.run("gate", "n8")
        #expect(gate.code == 1 && gate.lines.count <= 24 && gate.lines.allSatisfy { $0.count <= 80 })
        #expect(gate.out.hasPrefix("FAILED"))
        let texts = [gate.out, String(decoding: try batch.read("n8.md"), as: UTF8.self)]
        for text in texts + [night.err] {
            let named = Set(text.matches(of: /\bq\d+\b/).map { String($0.output) })
            #expect(named == ids, "\(text)")
        }
        let xml = String(decoding: try batch.read("n8.xml"), as: UTF8.self)
        let cases = xml.matches(of: #/<testcase name="(q\d+)" classname="m"/#).map { String($0.output.1) }
        #expect(Set(cases) == ids && cases.count == ids.count)
        let valid = try await batch.command(
            Batch.venv + "/python", [Batch.packageRoot + "/Tests/Support/validate_junit.py", "n8.xml"])
        #expect(valid.code == 0, "\(valid.out)\(valid.err)")
    }

    @Test func aPromptThatFailsOnceIsFlaky() async throws {
        let server = try await LoopbackServer(Self.behaviour(failing: []))
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.suite(), to: "s.yaml")
        for night in 1...5 { try await Self.night(batch, "n\(night)").expectSuccess() }
        // Wrong for the first request alone: the second one is answered as before.
        try await server.change(
            #"{"m": {"answer": "fine", "answers_once": [["<7>", "wrong"]]}}"#)
        let result = try await Self.night(batch, "n6")
        #expect(result.code == 0, "\(result.err)")
        let document = try await Self.document(batch, "n6")
        let model = try #require((document["models"] as? [[String: Any]])?.first)
        #expect(model["flaky"] as? [String] == ["q7"] && (model["broken"] as? [Any])?.isEmpty == true)
        let confirming = try #require(document["confirming"] as? [String: Any])
        #expect(confirming["cells"] as? Int == 1)
    }

    @Test func noReportIsWrittenOntoADatabaseOrADevice() async throws {
        let batch = try Batch()
        try batch.write(#"{"prompt": "a", "assert": "contains:a"}"# + "\n", to: "p.jsonl")
        try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "r", "--gate", "pass_rate >= 0.5", "-q")
            .expectSuccess()
        for (option, path) in [
            ("--junit", "nllm-runs/batch.db"), ("--junit", "/dev/null"), ("--markdown", "nllm-runs/batch.db"),
        ] {
            let gate = try await batch.run("gate", "r", option, path)
            #expect(gate.code == 73 && gate.err.contains("cannot create \(path)"), "\(gate.err)")
        }
        try await batch.run("gate", "r", "--junit", "r.xml").expectSuccess()
    }

    @Test func otherGatesDecideTheExitCode() async throws {
        let server = try await LoopbackServer(Self.behaviour(failing: [1, 2, 3, 4, 5]))
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.suite("pass_rate >= 0.9"), to: "s.yaml")
        #expect(try await Self.night(batch, "a").code == 0)
        let failed = try await Self.night(batch, "b", "--gate", #"score >= 0.95"#)
        #expect(failed.code == 1 && failed.err.contains("failed: score >= 0.95: score 0.9 is below 0.95"))
        let unknown = try await Self.night(batch, "c", "--gate", #"pass_rate("n") >= 0.5"#)
        #expect(unknown.code == 78 && unknown.err.contains("unknown model `n`"), "\(unknown.err)")
        let wrong = try await Self.night(batch, "c", "--gate", "pass_rat >= 0.5")
        #expect(wrong.code == 64 && wrong.err.contains("did you mean `pass_rate`?"), "\(wrong.err)")
        #expect(try batch.query("SELECT count(*) FROM runs WHERE name = 'c'") == [["0"]])
        // Without a series or a baseline there is nothing to compare with.
        try batch.write(#"{"prompt": "<9>", "assert": "equals:fine"}"# + "\n", to: "p.jsonl")
        let none = try await batch.run("run", "p.jsonl", "-m", "m", "--gate", "no_regression")
        #expect(none.code == 78 && none.err.contains("--series"), "\(none.err)")
        let plain = try await batch.run("run", "p.jsonl", "-m", "m", "--gate", "pass_rate >= 1", "--run", "p")
        #expect(plain.code == 0 && plain.err.contains("PASSED"), "\(plain.err)")
    }

    @Test func aNightIsLeftWhenTheNextOneBegins() async throws {
        let server = try await LoopbackServer(#"{"m": {"answer": "fine", "until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.suite(), to: "s.yaml")
        let first = try await batch.start("run", "s.yaml", "--run", "n1", "--executor", "shared")
        try await eventually("a request arrives") { (try? server.requests().isEmpty) == false }
        // One start holds the series.
        let second = try await Self.night(batch, "n2")
        #expect(second.code == 75 && second.err.contains("series nightly is being run by process"), "\(second.err)")
        first.signal(SIGKILL)
        _ = try? await first.result()
        try server.release()
        // It is named even where only errors are wanted, as under cron.
        let next = try await Self.night(batch, "n2", "--quiet", "--finally", "jq -r .run >> told")
        #expect(next.code == 0, "\(next.err)")
        #expect(
            next.err.wholeMatch(
                of: /night n1 is left with \d+ of 50 cells to do; they are cancelled, and as it stands it has failed\n/)
                != nil, "\(next.err)")
        #expect(try batch.lines("told") == ["n1", "n2"])
        #expect(
            try batch.query("SELECT run, passed, result ->> 'state' FROM nights") == [
                ["n1", "0", "replaced"], ["n2", "1", "finished"],
            ])
        #expect(try batch.query("SELECT count(*) FROM cells WHERE status IN ('pending', 'running')") == [["0"]])
    }

    @Test func oldNightsGo() async throws {
        let batch = try Batch()
        try batch.write(
            """
            providers: [echo]
            prompts: [hello]
            tests: [{assert: [{type: contains, value: hello}]}]
            series: s
            gate: [no_regression]
            keep: {nights: 3, answers: 2}

            """, to: "s.yaml")
        for night in 1...4 { try await batch.run("run", "s.yaml", "--run", "n\(night)").expectSuccess() }
        #expect(try batch.query("SELECT run FROM nights") == [["n2"], ["n3"], ["n4"]])
        #expect(!batch.exists("nllm-runs/n1") && batch.exists("nllm-runs/n2/results.jsonl"))
        // Of the oldest that is left there are scores and files, but no answers in the database.
        #expect(try batch.query("SELECT run, count(*) FROM results GROUP BY run") == [["n3", "1"], ["n4", "1"]])
        #expect(try batch.query("SELECT pass FROM scores WHERE run = 'n2'") == [["1"]])
        let export = try await batch.run("export", "n2")
        #expect(export.code == 64 && export.err.contains("were removed"), "\(export.err)")
        #expect(try batch.jsonLines("nllm-runs/n2/results.jsonl").count == 1)
        // Under other assertions, a night without answers is no measure.
        let text = String(decoding: try batch.read("s.yaml"), as: UTF8.self)
        try batch.write(text.replacing("type: contains", with: "type: icontains"), to: "s.yaml")
        try await batch.run("run", "s.yaml", "--run", "n5").expectSuccess()
        #expect(
            try batch.query("SELECT result ->> '$.models[0].compared' FROM nights WHERE run = 'n5'") == [["1"]])
    }
    @Test func aBlockedNightIsToldOnce() async throws {
        let server = try await LoopbackServer(#"{"m": {"fail": {"status": 401}}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.suite(), to: "s.yaml")
        let blocked = try await Self.night(batch, "n1", "--quiet", "--finally", "jq -r .run >> told")
        #expect(blocked.code == 1 && blocked.err.contains("blocked, as it stands"), "\(blocked.err)")
        try await server.change(Self.behaviour(failing: []))
        let next = try await Self.night(batch, "n2", "--quiet", "--finally", "jq -r .run >> told")
        #expect(next.code == 0 && next.err == "", "\(next.err)")
        #expect(try batch.lines("told") == ["n1", "n2"])
        #expect(try batch.query("SELECT count(*) FROM cells WHERE status IN ('pending', 'running')") == [["0"]])
        // Once more, if somebody asks for it.
        #expect(try await batch.run("gate", "n1", "--finally", "jq -r .run >> told").code == 1)
        #expect(try batch.lines("told").last == "n1")
    }

    /// Two tests that ask the same are told apart, also when the assertions of one change.
    @Test func testsWithTheSamePromptHaveHistoriesOfTheirOwn() async throws {
        let batch = try Batch()
        let suite = """
            providers: [echo]
            prompts: [hello]
            series: s
            gate: [no_regression]
            tests:
              - {description: bad, assert: [{type: contains, value: nowhere}]}
              - {description: good, assert: [{type: contains, value: hello}]}

            """
        try batch.write(suite, to: "s.yaml")
        for night in 1...5 { try await batch.run("run", "s.yaml", "--run", "n\(night)").expectSuccess() }
        try batch.write(
            suite.replacing("type: contains, value: hello", with: "type: icontains, value: HELLO"), to: "s.yaml")
        let night = try await batch.run("run", "s.yaml", "--run", "n6")
        #expect(night.code == 0, "\(night.err)")
        #expect(try batch.query("SELECT result ->> '$.models[0].compared' FROM nights WHERE run = 'n6'") == [["2"]])
    }

    @Test func aBaselineThatIsNotThereIsNoticedBeforeAnythingIsAsked() async throws {
        let batch = try Batch()
        try batch.write(#"{"prompt": "x", "assert": "contains:x"}"# + "\n", to: "p.jsonl")
        try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "first").expectSuccess()
        let wrong = try await batch.run(
            "run", "p.jsonl", "-m", "echo", "--run", "r", "--baseline", "frist", "--gate", "no_regression")
        #expect(wrong.code == 66 && wrong.err.contains("did you mean `first`?"), "\(wrong.err)")
        let right = try await batch.run(
            "run", "p.jsonl", "-m", "echo", "--run", "r", "--baseline", "first", "--gate", "no_regression")
        #expect(right.code == 0 && right.err.contains("no drop found"), "\(right.err)")
    }
}
