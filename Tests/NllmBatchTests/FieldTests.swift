import Foundation
import Testing

/// Fields under other names, fields that are not ours, and texts that records fill in.
@Suite struct FieldTests {
    /// What is sent to a model of a scripted `llm`, in order, for the run of these arguments.
    private func prompts(_ lines: [String], _ arguments: [String], notes: [String] = []) async throws -> [[String]] {
        let batch = try Batch.scripted()
        try batch.write(lines.joined(separator: "\n"), to: "p.jsonl")
        let enqueue = try await batch.run(["enqueue", "p.jsonl", "-m", "m", "--run", "r"] + arguments).requireSuccess()
        let said = enqueue.err.split(separator: "\n").map(String.init).filter { $0.hasPrefix("p.jsonl: ") }
        #expect(said == notes)
        return try batch.prompts("name, text, vars")
    }

    /// What is said of lines that are refused.
    private func refusal(_ lines: [String], _ arguments: [String] = []) async throws -> String {
        let batch = try Batch.scripted()
        try batch.write(lines.joined(separator: "\n"), to: "p.jsonl")
        let enqueue = try await batch.run(["enqueue", "p.jsonl", "-m", "m"] + arguments)
        #expect([64, 65].contains(enqueue.code))
        #expect(!batch.exists("nllm-runs"))
        return enqueue.err
    }

    @Test func fieldsThatAreNotOursAreVariables() async throws {
        let prompts = try await prompts(
            [
                #"{"prompt": "a", "task_id": 7, "vars": {"task_id": "own"}}"#, #"{"prompt": "b", "qid": null}"#,
                #"{"prompt": "{{c}}", "model": "x", "idx": [1]}"#,
            ], [],
            notes: [
                "p.jsonl: kept as vars in 3 lines: task_id, qid, model, idx",
                "p.jsonl: `{{` in a prompt stays as it is; to fill in variables, give the text with --template",
            ])
        #expect(
            prompts == [
                ["000001", "a", #"{"task_id":"own"}"#], ["000002", "b", #"{"qid":null}"#],
                ["000003", "{{c}}", #"{"model":"x","idx":[1]}"#],
            ])
    }

    /// Neither a name of many megabytes nor a new name in every line fills memory or the screen.
    @Test func namesWithoutLimitAreShortened() async throws {
        let batch = try Batch.scripted()
        let long = String(repeating: "x", count: 10 << 20)
        let lines =
            ["{\"prompt\": \"a\", \"\(long)\": 1}"] + (0..<3000).map { "{\"prompt\": \"b\", \"n\($0)\": \($0)}" }
        try batch.write(lines.joined(separator: "\n"), to: "p.jsonl")
        let enqueue = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--run", "r").expectSuccess()
        let note = try #require(enqueue.err.split(separator: "\n").first)
        #expect(
            note.hasPrefix("p.jsonl: kept as vars in 3001 lines: \(long.prefix(60))…, n0, n1, ") && note.count < 300)
    }

    @Test func otherNamesAreMapped() async throws {
        let prompts = try await prompts(
            [#"{"question": "why?", "prompt": "old", "meta": {"key": "k1"}, "options": ["A", "B"]}"#],
            ["--map", "prompt=question", "--map", "id=meta.key", "--map", "vars=options"],
            notes: ["p.jsonl: kept as vars in 1 line: meta, options, prompt"])
        #expect(prompts[0][0] == "k1" && prompts[0][1] == "why?")
        #expect(prompts[0][2].contains(#""options":["A","B"]"#) && prompts[0][2].contains(#""prompt":"old""#))
    }

    /// Lines, further arguments, and the message.
    private static let refusals: [(lines: [String], arguments: [String], message: String)] = [
        (
            [#"{"prompt": "a", "sytem": "s"}"#, #"{"prompt": "b", "sytem": "s"}"#], [],
            "p.jsonl:1: unknown field `sytem`; did you mean `system`?\n"
        ),
        (
            [#"{"prompt": "a", "options": ["A"]}"#, #"{"prompt": "b", "options": "B"}"#], [],
            """
            p.jsonl:1: `options` is an array, not an object; to keep it as a variable, add --map vars=options
            p.jsonl:2: `options` is a string, not an object; to keep it as a variable, add --map vars=options

            """
        ),
        (
            [#"{"qid": 1, "Question": "x"}"#, #"{"qid": 2, "Question": "y"}"#], [],
            "p.jsonl:1: no `prompt` in 2 records; the fields are qid, Question; if `Question` is the prompt, add --map "
                + "prompt=Question\n"
        ),
        (
            [#"{"prompt": "a"}"#], ["--map", "prompt=text"],
            "p.jsonl: `--map prompt=text`: no record has a field `text`; the field is prompt\n"
        ),
        (
            [#"{"prompt": "a"}"#], ["--map", "promt=text"],
            "error: `--map promt=text`: `promt` is no field of a prompt; the first name is one of id, prompt, "
        ),
        (
            [#"{"a": "x"}"#, #"{"a": "y", "b": "z"}"#, #"{"c": "y"}"#], ["--template", "{{a}} {{b}}"],
            "p.jsonl:1: template 1: no variable `b` (2 times)\n"
        ),
        (
            [#"{"a": [1]}"#], ["--template", "{{a}}"],
            "p.jsonl:1: template 1: `a` is an array; write {{a | dump}} for its JSON\n"
        ),
        ([#"{"a": "x"}"#], ["--template", "{{a"], "error: template 1: `{{` without `}}`\n"),
        (
            [#"{"a": "x"}"#], ["--template", "a"],
            "error: template 1 has no {{variable}}, so every prompt would be the same; a template of llm"
        ),
        (
            [#"{"a": "x"}"#], ["--template", "{{a | upper}}"],
            "error: template 1: there is no `upper`, only {{a | dump}}, which writes JSON\n"
        ),
        (
            [#"{"prompt": "x"}"#], ["--only", "000002"],
            "error: `--only 000002`: no prompt has such an id; did you mean `000001`?\n"
        ),
        (
            [#"{"prompt": "x"}"#], ["--sweep", "temperature"],
            "error: `--sweep temperature` is not KEY=VALUE,VALUE; write --sweep temperature=0,0.7\n"
        ),
    ]

    @Test(arguments: refusals.indices)
    func whatIsWrongIsSaidOnce(index: Int) async throws {
        let row = Self.refusals[index]
        let message = try await refusal(row.lines, row.arguments)
        #expect(message.hasPrefix(row.message), "\(message)")
    }

    @Test func templatesMultiplyRows() async throws {
        let batch = try Batch.scripted()
        try batch.write("Say {{ a }}!\n", to: "say.txt")
        try batch.write(#"{"id": "x", "a": "1", "b": {"c": true, "d": [1, "é"]}}"#, to: "p.jsonl")
        let templates = ["--template", #"{{a}}\n{{b.c}} {{b.d.1}} {{b | dump}} \\n"#, "--template", "@say.txt"]
        try await batch.run(["enqueue", "p.jsonl", "-m", "m", "--run", "r"] + templates).expectSuccess()
        #expect(
            try batch.prompts("name, text") == [
                ["x/1", #"1"# + "\n" + #"true é {"c":true,"d":[1,"é"]} \n"#], ["x/say", "Say 1!"],
            ])
        // A single template leaves ids as they are, and a row needs no prompt of its own.
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--run", "s", "--template", "{{a}} {{id}}").expectSuccess()
        #expect(
            try batch.query(
                "SELECT prompts.name, text FROM prompts JOIN runs ON runs.id = run_id WHERE runs.name = 's'") == [
                    ["x", "1 x"]
                ])
    }

    @Test func optionsAreSwept() async throws {
        let batch = try Batch.scripted()
        try batch.write("\"hi\"", to: "p.jsonl")
        let sweeps = ["--sweep", "temperature=0,0.7", "--sweep", "top_p=0.5,1"]
        try await batch.run(["enqueue", "p.jsonl", "-m", "m", "-m", "n[seed=1]", "--run", "r"] + sweeps).expectSuccess()
        let labels = try batch.query("SELECT label FROM models ORDER BY position").map { $0[0] }
        #expect(
            labels
                == ["m", "n[seed=1]"].flatMap { model in
                    ["0", "0.7"].flatMap { temperature in
                        ["0.5", "1"].map { value in
                            model.hasSuffix("]")
                                ? "n[seed=1,temperature=\(temperature),top_p=\(value)]"
                                : "m[temperature=\(temperature),top_p=\(value)]"
                        }
                    }
                })
    }

    @Test func someOfThePromptsAreTaken() async throws {
        let batch = try Batch.scripted()
        let ids = (1...20).map { "q\($0)" }
        try batch.write(ids.map { "{\"id\": \"\($0)\", \"prompt\": \"p\"}" }.joined(separator: "\n"), to: "p.jsonl")
        func taken(_ arguments: String..., run: String) async throws -> [String] {
            try await batch.run(["enqueue", "p.jsonl", "-m", "m", "--run", run] + arguments).expectSuccess()
            return try batch.query(
                "SELECT prompts.name FROM prompts JOIN runs ON runs.id = run_id WHERE runs.name = '\(run)' ORDER BY position"
            ).map { $0[0] }
        }
        #expect(try await taken("--limit", "3", run: "a") == ["q1", "q2", "q3"])
        #expect(try await taken("--only", "q2,q1?", "--limit", "3", run: "b") == ["q2", "q10", "q11"])
        let picked = try await taken("--pick", "5", run: "c")
        #expect(picked.count == 5 && picked == ids.filter(picked.contains))
        #expect(try await taken("--pick", "5", "--seed", "1", run: "d") == picked)
        #expect(try await taken("--pick", "5", "--seed", "2", run: "e") != picked)
    }
}
