import Foundation
import Testing

/// What stands behind `--`, and what is piped in, as it reaches `llm`.
@Suite struct PassThroughTests {
    /// A scratch folder whose `llm` answers with its own arguments and standard input.
    private static func mirror() throws -> Batch {
        try Batch(
            llm: Batch.fakeLLM(
                """
                case "$1" in fragments | models | --version) exit 0 ;; esac
                for argument in "$@"; do printf '[%s]' "$argument"; done
                printf '\\nstdin: '
                cat
                """))
    }

    /// What `llm` was given in a run of one model.
    private func given(_ arguments: [String], input: String, _ batch: Batch) async throws -> String {
        try? FileManager.default.removeItem(atPath: batch.directory + "/nllm-runs")
        try await batch.run(["run", "--run", "r"] + arguments, input: input).expectSuccess()
        return try batch.jsonLines("nllm-runs/r/results.jsonl").compactMap { $0["text"] as? String }
            .joined(separator: "\n---\n")
    }

    private struct Case {
        var arguments: [String]
        var input = ""
        var given: String
    }

    private static let prompts = [
        Case(arguments: ["-m", "a", "--", "hello"], given: "[-m][a][-n][-u]\nstdin: hello"),
        Case(arguments: ["-m", "a", "--", "-5 + 3 = ?"], given: "[-m][a][-n][-u]\nstdin: -5 + 3 = ?"),
        Case(arguments: ["-m", "a", "--"], input: "piped\n", given: "[-m][a][-n][-u]\nstdin: piped"),
        Case(arguments: ["-m", "a", "--", "hello"], input: "piped", given: "[-m][a][-n][-u]\nstdin: piped hello"),
        Case(arguments: ["-m", "a", "--", "-x"], input: "piped", given: "[-m][a][-n][-u][-x]\nstdin: piped"),
        Case(
            arguments: ["-m", "a", "--", "-s", "be brief", "hi"], given: "[-m][a][-n][-u][-s][be brief][hi]\nstdin: "),
        Case(
            arguments: ["-m", "a", "--", "-s", "be brief", "hi"], input: "piped",
            given: "[-m][a][-n][-u][-s][be brief][hi]\nstdin: piped"),
        Case(
            arguments: ["--", "-m", "a", "-t", "x", "-p", "k", "v"], given: "[-m][a][-n][-u][-t][x][-p][k][v]\nstdin: "),
        Case(arguments: ["--", "-m", "a", "hi"], given: "[-m][a][-n][-u]\nstdin: hi"),
        // Model names may hold colons: the longest that fits is meant. A value that holds one is divided.
        Case(
            arguments: [
                "-m", "a", "-m", "a:b", "--model-option", "a:b:-o:t:1", "--model-option", "a:--schema:k:v", "--", "hi",
            ], given: "[-m][a][-n][-u][--schema][k][v]\nstdin: hi\n---\n[-m][a:b][-n][-u][-o][t][1]\nstdin: hi"),
        Case(
            arguments: ["--model-option", "a:-o:t:0.2", "--model-option", "a:--system:be kind", "--", "hi"],
            given: "[-m][a][-n][-u][-s][be kind][-o][t][0.2]\nstdin: hi"),
        // The more particular stands above the more general.
        Case(
            arguments: [
                "-m", "a[t=1,u=1]", "--option", "t=0", "--option", "w=0", "--model-option", "a:-o:u:2", "--system", "s",
                "--", "hi",
            ], given: "[-m][a][-n][-u][-s][s][-o][t][1][-o][w][0][-o][u][2]\nstdin: hi"),
    ]

    @Test(arguments: prompts.indices)
    func aPromptReachesLLMAsItWasMeant(index: Int) async throws {
        let one = Self.prompts[index]
        #expect(try await given(one.arguments, input: one.input, try Self.mirror()) == one.given)
    }

    @Test func configuredModelsKeepTheirOptionsAndTakeMore() async throws {
        let batch = try Self.mirror()
        try batch.write(
            """
            models:
              - plain
              - {name: twin, options: ["-o", "t", "1"]}
              - {name: twin, options: ["-o", "t", "2", "--system", "be kind", "-x"]}
            """, to: ".nllm-config.yaml")
        let text = try await given(["--model-option", "twin:-o:u:3", "--", "hi"], input: "", batch)
        #expect(
            text == """
                [-m][plain][-n][-u]
                stdin: hi
                ---
                [-m][twin][-n][-u][-o][t][1][-o][u][3]
                stdin: hi
                ---
                [-m][twin][-n][-u][-s][be kind][-o][t][2][-o][u][3][-x]
                stdin: hi
                """)
        let files = Set(try batch.files(below: "nllm-runs/r/results").keys)
        #expect(files == ["plain.json", "twin.json", "twin#2.json"])
        #expect(
            try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["model"] as? String } == [
                "plain", "twin", "twin#2",
            ])
        // `-m` replaces the list, options included.
        #expect(try await given(["-m", "twin", "--", "hi"], input: "", batch) == "[-m][twin][-n][-u]\nstdin: hi")
    }

    @Test func batchesPassArgumentsWithEveryPrompt() async throws {
        let batch = try Self.mirror()
        try batch.write("\"one\"\n{\"prompt\":\"two\",\"system\":\"s\"}", to: "p.jsonl")
        let text = try await given(["p.jsonl", "-m", "a", "--", "--schema", "name, age int"], input: "", batch)
        #expect(
            text == """
                [-m][a][-n][-u][--schema][name, age int]
                stdin: one
                ---
                [-m][a][-n][-u][-s][s][--schema][name, age int]
                stdin: two
                """)
        let same = try await batch.run("enqueue", "p.jsonl", "-m", "a", "--run", "r", "--", "--schema", "name, age int")
        #expect(same.err == "run r: 2 kept, 0 changed, 0 new, 0 removed\n")
        let other = try await batch.run("enqueue", "p.jsonl", "-m", "a", "--run", "r", "--", "--schema", "name")
        #expect(other.err.hasPrefix("run r: 0 kept, 2 changed, 0 new, 0 removed\n"))
    }

    @Test func aFileBehindTheTerminatorCountsByItsContent() async throws {
        let batch = try Self.mirror()
        try batch.write("\"one\"", to: "p.jsonl")
        try batch.write("first", to: "fragment.txt")
        let enqueue = ["enqueue", "p.jsonl", "-m", "a", "--run", "r", "--", "-f", "fragment.txt"]
        try await batch.run(enqueue).expectSuccess()
        #expect(try await batch.run(enqueue).err == "run r: 1 kept, 0 changed, 0 new, 0 removed\n")
        try batch.write("second", to: "fragment.txt")
        #expect(try await batch.run(enqueue).err.hasPrefix("run r: 0 kept, 1 changed, 0 new, 0 removed\n"))
    }

    @Test func theRealModelGetsExactlyThatSystemOptionAndPrompt() async throws {
        let batch = try Batch()
        let arguments = ["run", "-m", "echo", "--run", "r", "--", "-s", "be brief", "-o", "example_bool", "true", "hi"]
        let run = try await batch.run(arguments).expectSuccess()
        let result = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").first)
        let asked = try #require(result["json"] as? [String: Any])
        #expect(asked["prompt"] as? String == "hi")
        #expect(asked["system"] as? String == "be brief")
        #expect(asked["options"] as? [String: Bool] == ["example_bool": true])
        #expect(run.lines.dropLast().allSatisfy { $0.hasPrefix("[echo] ") })
        #expect(run.lines.last == batch.directory + "/nllm-runs/r")
    }

    // MARK: Refusals

    private static let refusals = [
        (["-c", "hi"], "`-c` can't be used here: cells run side by side and in any order"),
        (["--cid", "1", "hi"], "`--cid` can't be used here: cells run side by side and in any order"),
        (["--save", "x", "hi"], "`--save` can't be used here: it saves a template"),
        (["--ta", "hi"], "`--ta` can't be used here: it asks at the terminal"),
        (["-xc", "hi"], "`-xc` can't be used here: cells run side by side"),
        (["--log", "hi"], "`--log` can't be used here: nothing is written to llm's log"),
        (["-d", "x.db", "hi"], "`-d` can't be used here: nothing is written to llm's log"),
        (["--options", "hi"], "`--options` can't be used here: it lists options"),
        (["-q", "4o", "hi"], "`-q` can't be used here: it picks a model by itself"),
        (["-a", "-", "hi"], "`-a` can't be used here: `-` is standard input"),
        (["--key=sk-abcdefghijk1", "hi"], "can't be used here: the key would stand in the database"),
        (["-m", "b", "hi"], "`-m` stands before and behind `--`; name all models before it"),
    ]

    @Test func flagsThatMakeNoSenseAreRefusedWithTheReason() async throws {
        let batch = try Self.mirror()
        for (arguments, reason) in Self.refusals {
            let before = batch.listing()
            let run = try await batch.run(["run", "-m", "a", "--"] + arguments)
            #expect(run.code == 64, "\(arguments)")
            #expect(run.out == "", "\(arguments)")
            #expect(run.err.hasPrefix("error: ") && run.err.contains(reason), "\(run.err)")
            #expect(run.err.split(separator: "\n").count == 1, "\(run.err)")
            #expect(!run.err.contains("abcdefghijk1"))
            #expect(batch.changes(since: before) == [], "\(arguments)")
        }
        try batch.write("\"one\"", to: "p.jsonl")
        try await batch.refuses(
            "enqueue", "p.jsonl", "-m", "a", "--", "-m", "b", code: 64,
            error: "error: `-m` can't be used here: name the models before `--` with -m")
        try await batch.refuses(
            "run", "-m", "a", "--model-option", "b:-x", "--", "hi", code: 64,
            error: "error: `--model-option`: `b` is none of the models, which are `a`; did you mean `a`?")
        try await batch.refuses(
            "run", "-m", "a", "--model-option", "a", "--", "hi", code: 64,
            error: "error: `--model-option a`: write it as MODEL:OPTION:VALUE, as in gpt-4o:-o:temperature:0.2")
    }

    @Test(arguments: [([String](), "-"), ([""], "--"), (["-s", "x"], "--")])
    func withoutAPromptNothingIsSent(arguments: [String], place: String) async throws {
        let batch = try Self.mirror()
        let run = try await batch.run(["run", "-m", "a", "--"] + arguments)
        #expect(run.code == 65)
        #expect(run.err.hasSuffix(": empty prompt\n"), "\(run.err) \(place)")
        #expect(!batch.exists("nllm-runs"))
    }

    // MARK: Dry run

    @Test func aDryRunPrintsCommandsThatAShellRunsAndDoesNothing() async throws {
        let batch = try Self.mirror()
        try batch.write(
            (1...25).map { "{\"prompt\":\"it's \($0)\\n\"}" }.joined(separator: "\n"), to: "p.jsonl")
        let before = batch.listing()
        for command in ["run", "enqueue"] {
            let dry = try await batch.run(command, "p.jsonl", "-m", "a[t=1 2]", "--dry-run", "--", "-x").expectSuccess()
            #expect(dry.lines.count == 40)
            #expect(dry.err.contains("\nand 5 cells more\n25 cells in all; nothing was run\nestimate for a[t=1 2]: "))
            #expect(batch.changes(since: before) == [])
            let shell = try await batch.command("/bin/sh", ["-c", dry.lines.prefix(2).joined(separator: "\n")])
            #expect(shell.out == "[-m][a][-n][-u][-o][t][1 2][-x]\nstdin: it's 1\n")
        }
        let direct = try await batch.run("run", "-m", "a", "--dry-run", "--json", "--", "-s", "x", "hi")
        let cell = try #require(try JSONSerialization.jsonObject(with: Data(direct.out.utf8)) as? [String: Any])
        #expect(cell["command"] as? [String] == ["llm", "-m", "a", "-n", "-u", "-s", "x", "hi"])
        #expect(cell["shell"] as? String == "llm -m a -n -u -s x hi </dev/null")
    }

    // MARK: JSON

    @Test func runPrintsItsResultsAsOneObject() async throws {
        let batch = try Self.mirror()
        let run = try await batch.run(["run", "-m", "a", "-m", "b", "--json", "--quiet", "--", "hi"]).expectSuccess()
        #expect(run.err == "")
        #expect(run.lines.count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
        let results = try #require(object["results"] as? [[String: Any]])
        #expect(results.map { $0["text"] as? String } == ["a", "b"].map { "[-m][\($0)][-n][-u]\nstdin: hi" })
        #expect(object["success"] as? Bool == true)
        #expect(object["exit_code"] as? Int == 0)
        #expect(object["success_count"] as? Int == 2)
        #expect(object["total_count"] as? Int == 2)
        #expect(object["successful_models"] as? [String] == ["a", "b"])
        #expect((object["manifest"] as? [String: Any])?["resolved_models"] as? [String] == ["a", "b"])
    }
}
