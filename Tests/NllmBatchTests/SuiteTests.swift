import Foundation
import Testing

/// Suites as sources of `run` and `enqueue`, and the command `suite`.
@Suite struct SuiteTests {
    /// The suites of Tests/Fixtures/suites that run, by name.
    static let fixtures: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { (try? expected($0))?["cells"] != nil }.sorted()
    }()
    private static let folder = Batch.packageRoot + "/Tests/Fixtures/suites"

    private static func expected(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: "\(folder)/\(name)/expected.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// A server whose models give a fixture's answers.
    private static func server(_ expected: [String: Any]) async throws -> LoopbackServer {
        let rules = try #require(expected["answers"] as? [[String: String]])
        let behaviour: [String: Any] = [
            "answers": rules.filter { $0["if_contains"] != "" }.map { [$0["if_contains"] ?? "", $0["answer"] ?? ""] },
            "answer": rules.last?["answer"] ?? "",
        ]
        let data = try JSONSerialization.data(withJSONObject: ["one": behaviour, "two": behaviour])
        return try await LoopbackServer(String(decoding: data, as: UTF8.self))
    }

    /// A cell in words that can be compared.
    private static func cell(
        _ prompt: String, _ model: String, _ answer: String, _ passed: Any?, _ score: Double?
    ) -> String {
        let verdict = (passed as? Bool).map { $0 ? "passed" : "failed" } ?? "no verdict"
        return [prompt, model, answer, verdict, score.map { String(format: "%.2f", $0) } ?? ""].joined(separator: " | ")
    }

    @Test(arguments: fixtures)
    func aSuiteRunsAsItsDocumentationSays(name: String) async throws {
        let expected = try Self.expected(name)
        let server = try await Self.server(expected)
        let batch = try Batch(userPath: server.userPath)
        let flags = expected["flags"] as? [String] ?? []
        let path = "\(Self.folder)/\(name)/promptfooconfig.yaml"
        let result = try await batch.run(["run", path, "--run", "r", "--executor", "shared", "--retries", "0"] + flags)
        #expect(result.code == 0, "\(result.err)")
        let cells = try #require(expected["cells"] as? [[String: Any]])
        var left = try batch.query(
            """
            SELECT prompts.text, models.name, rtrim(answers.text, char(10)), grades.passed, grades.score,
                prompts.given_answer
            FROM cells JOIN prompts ON prompts.id = cells.prompt_id JOIN models ON models.id = cells.model_id
            JOIN answers ON answers.attempt_id = cells.attempt_id LEFT JOIN grades ON grades.id = cells.grade_id
            WHERE cells.run_id = (SELECT id FROM runs WHERE name = 'r')
            """)
        #expect(left.count == cells.count)
        for cell in cells {
            // A cell without a stated score is compared by the rest.
            let score = cell["score"] as? Double
            let wanted = Self.cell(
                cell["prompt"] as? String ?? "", cell["provider"] as? String ?? "", cell["answer"] as? String ?? "",
                cell["pass"], score)
            let index = left.firstIndex { row in
                let passed: Any? = row[3].isEmpty ? nil : row[3] == "1"
                return Self.cell(row[0], row[1], row[2], passed, score == nil ? nil : Double(row[4])) == wanted
            }
            #expect(index != nil, "not there: \(wanted); left: \(left)")
            if let index { left.remove(at: index) }
        }
        // Nobody was asked for the answers that the suite brings.
        let given = cells.count { cell in !(try! server.requests()).contains { $0.prompt == cell["prompt"] as? String }
        }
        #expect(given == (["provider-output": 2, "csv-columns": 1][name] ?? 0))
    }

    private static let suite = """
        providers: [echo]
        prompts: ['Say {{word}}']
        defaultTest: {assert: [{type: icontains, value: '{{word}}'}]}
        tests:
          - vars: {word: [one, two]}
          - vars: {word: three}
            providerOutput: three
        evaluateOptions: {repeat: 2}
        gate: [pass_rate >= 0.9]

        """

    @Test func aSuiteIsEnqueuedAndWorkedOn() async throws {
        let batch = try Batch()
        try batch.write(Self.suite, to: "s.yaml")
        let enqueued = try await batch.run("enqueue", "s.yaml", "--run", "r").expectSuccess()
        #expect(enqueued.err.contains("6 cells in new run r"))
        #expect(try await batch.run("work", "--quiet").expectSuccess().err == "")
        #expect(
            try batch.query("SELECT count(*), sum(pass), sum(score) FROM scores WHERE run = 'r'") == [
                ["6", "6", "6.0"]
            ]
        )
        let results = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(results.count == 6 && results[4]["text"] as? String == "three")
        // What is put back is not asked for either.
        #expect(try await batch.run("retry", "r", "--all").expectSuccess().err.contains("6 cells"))
        try await batch.run("work", "r").expectSuccess()
        let commands = try batch.query(
            """
            SELECT DISTINCT command FROM answers JOIN attempts ON attempts.id = answers.attempt_id
            JOIN cells ON cells.id = attempts.cell_id JOIN prompts ON prompts.id = cells.prompt_id
            WHERE given_answer IS NOT NULL
            """
        )
        #expect(commands == [["[]"]])
        #expect(try batch.query("SELECT count(*), sum(pass) FROM scores WHERE run = 'r'") == [["6", "6"]])
    }

    @Test func theSameSuiteIsContinued() async throws {
        let batch = try Batch()
        try batch.write(Self.suite, to: "s.yaml")
        try await batch.run("enqueue", "s.yaml", "--run", "r").expectSuccess()
        let run = try await batch.run("run", "s.yaml").expectSuccess()
        #expect(run.err.contains("resuming run r: 6 kept"), "\(run.err)")
        let again = try await batch.run("run", "s.yaml").expectSuccess()
        #expect(again.err.contains("6 cells in new run"))
    }

    @Test func settingsOfTheSuiteHoldUnlessTheCommandSaysOtherwise() async throws {
        let batch = try Batch()
        try batch.write(
            Self.suite + "limits: {echo: {rpm: 100000}}\n", to: "s.yaml")
        let run = try await batch.run("run", "s.yaml", "--run", "r", "--samples", "1", "-m", "echo[example_bool=true]")
        #expect(run.code == 0 && run.err.contains("3 cells in new run r"), "\(run.err)")
        #expect(try batch.query("SELECT options ->> 'example_bool' FROM models") == [["true"]])
    }

    @Test func whatDoesNotGoWithASuiteIsRefused() async throws {
        let batch = try Batch()
        try batch.write(Self.suite, to: "s.yaml")
        try batch.write("a\n", to: "p.txt")
        let two = try await batch.run("run", "s.yaml", "p.txt")
        #expect(two.code == 64 && two.err.contains("suite `s.yaml` stands alone"))
        let template = try await batch.run("run", "s.yaml", "--template", "x {{a}}")
        #expect(template.code == 64 && template.err.contains("are for prompt files, not for a suite"))
        try batch.write("- prompt: a\n- prompt: b\n", to: "list.yaml")
        let list = try await batch.run("run", "list.yaml")
        #expect(list.code == 65 && list.err.contains("list.yaml:1: a list is no suite"), "\(list.err)")
        #expect(list.err.contains("yq -o=json list.yaml | nllm-batch enqueue -"), "\(list.err)")
        let missing = try await batch.run("run", "t.yaml")
        #expect(missing.code == 66 && missing.err.contains("t.yaml"), "\(missing.err)")
        #expect(!batch.exists("batch.db"))
    }

    @Test func aSuiteIsChecked() async throws {
        let batch = try Batch()
        try batch.write(Self.suite, to: "s.yaml")
        let good = try await batch.run("suite", "check", "s.yaml").expectSuccess()
        #expect(good.out == "s.yaml: 3 prompts, 1 model, 6 cells; gates: pass_rate >= 0.9\n")
        let json = try await batch.run("suite", "check", "s.yaml", "--json").expectSuccess()
        #expect(json.out == #"{"prompts":3,"models":["echo"],"cells":6,"gates":["pass_rate >= 0.9"]}"# + "\n")
        try batch.write(Self.suite.replacing("icontains", with: "icontain"), to: "bad.yaml")
        let bad = try await batch.run("suite", "check", "bad.yaml")
        #expect(bad.code == 65 && bad.err.contains("bad.yaml:3: ") && bad.err.contains("icontains"), "\(bad.err)")
        try batch.write(Self.suite.replacing("echo", with: "ecko"), to: "bad.yaml")
        let model = try await batch.run("suite", "check", "bad.yaml")
        #expect(model.code == 65 && model.err.contains("bad.yaml:1: "), "\(model.err)")
        #expect(!batch.exists("batch.db") && !batch.exists("nllm-runs"))
    }

    @Test func theSchemaOfSuitesIsPrinted() async throws {
        let schema = try await Batch().run("suite", "schema").expectSuccess().out
        let file = try String(contentsOfFile: Batch.packageRoot + "/docs/schema/suite.schema.json", encoding: .utf8)
        #expect(schema == file)
    }

    /// A suite from a stranger does nothing without the flags that allow it.
    @Test(arguments: [
        ("finally: touch /tmp/done", "--allow-commands"), ("outputPath: ../results.json", "--trust-config"),
        ("tests: [{vars: {key: 'file://../key.txt'}}]", "--trust-config"),
        ("prompts: ['file://../key.txt']", "--trust-config"), ("sources: [../key.txt]", "--trust-config"),
        ("tests: [{assert: [{type: command, value: ./check}]}]", "--allow-commands"),
    ])
    func aStrangersSuiteIsRefused(line: String, flag: String) async throws {
        let batch = try Batch()
        try batch.write("secret\n", to: "key.txt")
        let prompts = line.hasPrefix("prompts") ? "" : "prompts: [hello]\n"
        try batch.write("providers: [echo]\n\(prompts)\(line)\n", to: "suite/s.yaml")
        for command in [["run"], ["enqueue"], ["suite", "check"]] {
            let result = try await batch.run(command + ["suite/s.yaml"])
            #expect(result.code == 78, "\(result.err)")
            #expect(result.err.contains("suite/s.yaml:") && result.err.contains(flag), "\(result.err)")
            #expect(!result.err.contains("secret"))
        }
        #expect(!batch.exists("batch.db") && !batch.exists("nllm-runs"))
    }
}
