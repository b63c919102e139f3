import Foundation
import NllmCore
import Testing

/// No command lets anything of a database, a file or a provider reach the terminal that could act on it.
@Suite struct TerminalWalkTests {
    private static let hostile = TerminalCorpus.text
    private static let name = "no" + hostile
    private static let id = "a" + hostile

    /// How each command is called, in an order that leaves later ones something to show.
    private static let walks: [(command: String, calls: [[String]])] = [
        (
            "enqueue",
            [
                ["p.jsonl", "-m", "m", "--no-check", "--run", "more"], ["flawed.jsonl", "-m", "m", "--no-check"],
                ["p.jsonl", "-m", "m", "--no-check", "--dry-run"], ["p.jsonl", "-m", name, "--no-check"],
                [name, "-m", "m", "--no-check"], ["flawed.yaml", "--no-check"],
            ]
        ),
        ("work", [["more", "--executor", "process", "--verbose", "--retries", "0"], ["--progress", "json"], [name]]),
        (
            "run",
            [
                ["p.jsonl", "-m", "m", "--no-check", "--new", "--stream", "--executor", "process", "--retries", "0"],
                ["p.jsonl", "-m", "m", "--no-check", "--new", "--json", "--executor", "process", "--retries", "0"],
                ["p.jsonl", "-m", "m", "--no-check", "--new", "--progress", "json", "--executor", "process"],
            ]
        ),
        ("status", [["r"], ["r", "--json"], ["r", "--watch", "0.2"], [name]]),
        ("list", [[], ["--json"], ["--config", "flawed-config.yaml"], ["--db", name]]),
        (
            "show",
            [
                ["r"], ["r", "--prompt", id], ["r", "--failed"], ["r", "--json"],
                ["r", "--diff", "m\(hostile),n\(hostile)"],
                ["r", "--diff", name], ["r", "--prompt", name],
            ]
        ),
        ("tail", [["r"], ["--json"], ["r", "--follow"]]),
        ("gate", [["r"], ["r", "--json"]]),
        ("grade", [["r"], ["r", "--json"]]),
        ("explain", [["r", "--prompt", id], ["r", "--prompt", id, "--json"], ["r", "--prompt", name]]),
        ("compare", [["r2", "r"], ["r2", "r", "--json"], ["r", "-m", "m\(hostile)", "-m", "n\(hostile)"]]),
        ("trend", [["nightly\(hostile)"], ["nightly\(hostile)", "--json"], [name]]),
        ("suite check", [["flawed.yaml"], ["flawed.yaml", "--json"]]),
        ("suite schema", [[]]),
        ("suite accept", [["nightly\(hostile)"], [name]]),
        ("retry", [["r", "--prompt", id, "--failed"], ["r", "--model", name]]),
        ("cancel", [["r"], ["r", "--prompt", name]]),
        ("pause", [["r"], [name]]),
        ("resume", [["r"]]),
        (
            "export",
            [
                ["r"], ["r", "-o", name], ["r", "--format", "csv"], ["r", "--format", "csv", "--wide"],
                ["r", "--format", "markdown"], ["r", "--format", "jsonl"],
                ["r", "--format", "openai-batch", "--failed"],
                ["r", "--format", "csv", "--join", name], ["r", "--format", "html"], ["r", "--format", name],
            ]
        ),
        ("metrics", [["r"], [name]]),
        ("usage", [[], ["--by", "model", "--json"], ["--since", name]]),
        ("copy", [["r", "--into", "other.db"], [name, "--into", "other.db"]]),
        (
            "config show",
            [["-c", "odd-config.yaml"], ["-c", "odd-config.yaml", "--json"], ["-c", "flawed-config.yaml"]]
        ),
        ("config init", [[], []]),
        ("config path", [["-c", name], ["--json"]]),
        ("doctor", [["-c", "odd-config.yaml"]]),
        ("backup", [[name], [name]]),
        ("prune", [["--older-than", "0d", "--dry-run"], ["--older-than", name]]),
        ("rm", [[name], ["r"]]),
    ]

    private static let prompts = ["a", "bad", "c"].map { id in
        """
        {"id": "\(id)", "prompt": \(JSONValue.string(id + hostile)), "metadata":
         {"k": \(JSONValue.string(hostile))}, "vars": {\(JSONValue.string(hostile)): \(JSONValue.string(hostile))},
         "assert": [{"type": "contains", "value": \(JSONValue.string("x" + hostile)), "metric": "met"}]}
        """.replacing("\n", with: " ") + "\n"
    }.joined()

    /// A folder in which every text that a user, a model or a provider can choose holds the corpus.
    private func scene() async throws -> Batch {
        let bytes = Self.hostile.utf8.map { "\\" + String($0, radix: 8) }.joined()
        let batch = try Batch(
            llm: Batch.fakeLLM(
                """
                case "$1" in -m) t=$(cat) ;; *) exit 0 ;; esac
                printf '%b' '\(bytes)' >&2
                case "$t" in bad*) printf 'Error: Error code: 400 - %b\\n' '\(bytes)' >&2; exit 1 ;; esac
                printf 'answer %b\\nof %s\\n' '\(bytes)' "$2"
                """))
        try batch.write(Self.prompts, to: "p.jsonl")
        try batch.write("x", to: Self.name + ".txt")
        let (odd, yaml) = (JSONValue.string(Self.hostile), TerminalCorpus.yaml)
        try batch.write("{\"prompt\": 1, \(odd): 2, \"idd\": \(odd)}\n{\(odd)\n", to: "flawed.jsonl")
        try batch.write(
            "description: \(yaml)\nproviders: [\(yaml)]\nprompts: [\(yaml)]\n\(yaml): 1\ntests: [{vars: {x: 1}, \(yaml): 1}]\n",
            to: "flawed.yaml")
        try batch.write("batch:\n  \(yaml): 1\n", to: "flawed-config.yaml")
        try batch.write("costs: {\(yaml): {input_per_1k: 1}}\nbatch: {system: \(yaml)}\n", to: "odd-config.yaml")
        for run in ["r2", "r"] {
            let result = try await batch.run([
                "run", "p.jsonl", "-m", "m", "-m", "n", "--no-check", "--run", run, "--series", "nightly", "--gate",
                "pass_rate >= 0.9", "--executor", "process", "--retries", "0",
            ])
            try #require(result.code == 1, "\(result.err)")
            #expect(TerminalCorpus.found(in: result.out + result.err) == [])
        }
        try batch.execute(Self.changes.joined(separator: ";"), in: "nllm-runs/batch.db")
        return batch
    }

    /// What cannot be given, but can be in a database.
    private static let changes = [
        "UPDATE prompts SET name = name || \(TerminalCorpus.sql)",
        "UPDATE models SET label = label || \(TerminalCorpus.sql), name = name || \(TerminalCorpus.sql)",
        "UPDATE attempts SET served_model = \(TerminalCorpus.sql), served_fingerprint = \(TerminalCorpus.sql)",
        "UPDATE attempts SET finish_reason = \(TerminalCorpus.sql)",
        "UPDATE attempts SET failure_message = \(TerminalCorpus.sql) WHERE failure_kind IS NOT NULL",
        "UPDATE grades SET verdicts = json_set(verdicts, '$[0].reason', \(TerminalCorpus.sql))",
        "UPDATE evaluations SET series = series || \(TerminalCorpus.sql)",
        "UPDATE evaluations SET result = json_set(result, '$.events', json_array(\(TerminalCorpus.sql)))",
        "UPDATE sources SET path = path || \(TerminalCorpus.sql)",
    ]

    /// The commands that the help lists, those of commands with commands of their own by both names.
    private func commands(_ batch: Batch, _ names: [String] = []) async throws -> Set<String> {
        let help = try await batch.run(names + ["--help"]).requireSuccess().out
        guard let list = help.firstRange(of: "SUBCOMMANDS:") else { return [names.joined(separator: " ")] }
        var found: Set<String> = []
        for match in help[list.upperBound...].matches(of: #/\n  ([a-z]+)( |\n)/#) {
            found.formUnion(try await commands(batch, names + [String(match.output.1)]))
        }
        return found
    }

    @Test func everyCommandIsWalked() async throws {
        let known = try await commands(try Batch())
        #expect(known == Set(Self.walks.map(\.command)))
    }

    @Test func nothingReachesTheTerminal() async throws {
        let batch = try await scene()
        var (shown, outputs): (Set<String>, [String: String]) = ([], [:])
        for (command, calls) in Self.walks {
            for call in calls {
                let arguments = command.split(separator: " ").map(String.init) + call
                let (code, output, found) = try await outcome(of: arguments, in: batch)
                #expect(found == [], "\(arguments): \(output.debugDescription)")
                #expect(code <= 1 || (64...78).contains(code), "\(arguments): \(code) \(output.debugDescription)")
                outputs[command, default: ""] += output
                if output.contains("\u{FFFD}") || output.contains("\\u001b") { shown.insert(command) }
            }
        }
        // Else nothing would be shown by this.
        let silent = Set(Self.walks.map(\.command)).subtracting(shown)
        #expect(
            silent == ["suite schema", "config init", "grade", "doctor", "resume"],
            "\(silent.map { ($0, outputs[$0]) })")
    }

    /// In a terminal, or what programs read.
    private func outcome(of arguments: [String], in batch: Batch) async throws -> (Int32, String, [String]) {
        if arguments.contains("--json") || arguments.contains("json") {
            let result = try await batch.run(arguments)
            return (result.code, result.out + result.err, TerminalCorpus.found(in: result.out + result.err))
        }
        let run = try await batch.runInTerminal(arguments, environment: ["PAGER": "cat"])
        return (run.code, run.output, TerminalCorpus.found(in: run))
    }
}
