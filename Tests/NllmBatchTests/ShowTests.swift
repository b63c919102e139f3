import Foundation
import Testing

/// `show` has a digest for runs of any size, cells in full, and the differences of two models' answers.
@Suite struct ShowTests {
    private static let llm = #"""
        case "$1" in -m) t=$(cat) ;; *) exit 0 ;; esac
        case "$t" in *bad*) echo "Error: Error code: 400 - not like this" >&2; exit 1 ;; esac
        case "$2 $t" in
        *same*) echo "always the same" ;;
        long*) printf 'one\ntwo words of %s\nthree\n' "$t" ;;
        *) echo "$2 says: $t" ;;
        esac
        """#

    /// A run `r` of these prompts on two models.
    private func scene(_ prompts: [(id: String, text: String)], models: [String] = ["m", "n"]) async throws -> Batch {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write(
            prompts.map { #"{"id": "\#($0.id)", "prompt": "\#($0.text)", "assert": "not-contains:wrong"}"# + "\n" }
                .joined(), to: "p.jsonl")
        let run = ["run", "p.jsonl", "--no-check", "--run", "r", "--executor", "process", "--retries", "0"]
        _ = try await batch.run(run + models.flatMap { ["-m", $0] })
        return batch
    }

    private static func steady(_ lines: [String]) -> [String] {
        lines.map {
            $0.replacing(#/ *([0-9]+ min )?[0-9.]+ m?s\b/#, with: " TIME").replacing(
                #/today [0-9:]+( \(.*?\))?/#, with: "today")
        }
    }

    @Test func aDigestNamesAnExampleOfEachFailure() async throws {
        let batch = try await scene([("q1", "fine"), ("q2", "bad"), ("q3", "wrong"), ("q4", "bad too")])
        try batch.execute(
            "UPDATE attempts SET duration_ms = 100 * cell_id, cost = 0.5 * cell_id", in: "nllm-runs/batch.db")
        try batch.execute(
            "UPDATE attempts SET duration_ms = 90000 WHERE cell_id = (SELECT min(id) FROM cells)",
            in: "nllm-runs/batch.db")
        let lines = Self.steady(try await batch.run("show").expectSuccess().lines)
        #expect(lines[0] == "r: finished, 4 ok, 4 error")
        #expect(lines[3].hasPrefix("  m") && lines[3].contains("4/4       2     1/2"), "\(lines)")
        #expect(lines.contains("2 × request on m (q2): Error code: 400 - not like this"))
        #expect(
            lines.contains("1 answer of n does not pass (q3): not-contains: not wanted: the answer contains…"),
            "\(lines)")
        #expect(lines.contains { $0.hasPrefix("slowest: TIME [m q1], TIME [n q4], TIME [m q4]") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("dearest: $4.00 [n q4], $3.50 [m q4], ") })
        #expect(
            lines.last
                == "one prompt: nllm-batch show r --prompt q2; all that failed: nllm-batch show r --failed")

        // What a script reads is what it was: cells.
        let json = try await batch.run("show", "--json").expectSuccess()
        #expect(json.lines.count == 8)
        #expect(try await batch.run("show", "--json", "--limit", "3").expectSuccess().lines.count == 3)
        // Errors, and answers that do not pass.
        let failed = try await batch.run("show", "r", "--failed").expectSuccess()
        let heads = failed.lines.filter { $0.hasPrefix("[") }
        #expect(heads == ["[m q2] error", "[n q2] error", "[m q3] ok", "[n q3] ok", "[m q4] error", "[n q4] error"])
        let kind = try await batch.run("show", "--failed", "--kind", "request", "-m", "m", "--json")
        #expect(kind.lines.count == 2)
    }

    @Test func manyModelsAndKindsFitAScreen() async throws {
        let models = (1...30).map { "a-model-with-quite-a-long-name-\($0)" }
        let batch = try await scene([("a-prompt-with-quite-a-long-name", "bad")], models: models)
        let run = try await batch.runInTerminal(["show"], columns: 80, environment: ["PAGER": "exit 3; cat"])
        run.expectSuccess()
        #expect(run.screen.count <= 24 && run.wrapped == [], "\(run.screen)")
        #expect(run.screen[0] == "r: finished, 30 error")
        #expect(run.screen.contains { $0.hasPrefix("  and ") && $0.hasSuffix(" more models") }, "\(run.screen)")
        #expect(run.screen.contains { $0.hasSuffix(" more groups of failures") }, "\(run.screen)")
    }

    @Test func fewCellsFollowTheirDigestInFull() async throws {
        let batch = try await scene([("q", "say \u{1F469}\u{200D}\u{1F467}")])
        let shown = Self.steady(try await batch.run("show").expectSuccess().lines)
        #expect(
            Array(shown.dropFirst(7)) == [
                "[m q] ok", "  prompt:", "    | say 👩‍👧", "  passed, score 1.0", "    not-contains passed",
                "  attempt 1: ok, exit code 0, TIME", "    | m says: say 👩‍👧", "  run it by hand:",
                "    printf %s 'say 👩'\"$(printf '\\342\\200\\215')\"'👧' | llm -m m -n -u", "[n q] ok",
                "  passed, score 1.0", "    not-contains passed", "  attempt 1: ok, exit code 0, TIME",
                "    | n says: say 👩‍👧", "  run it by hand:",
                "    printf %s 'say 👩'\"$(printf '\\342\\200\\215')\"'👧' | llm -m n -n -u",
            ], "\(shown)")
        // The command does the same.
        let line = try #require(shown.first { $0.contains("| llm -m m") })
        let again = try await batch.command("/bin/sh", ["-c", line]).expectSuccess()
        #expect(again.out == "m says: say 👩‍👧\n")
    }

    @Test func wordsThatDifferAreMarked() async throws {
        let batch = try await scene(
            [("q1", "one, two"), ("q2", "same"), ("q3", "bad"), ("q4", "four")], models: ["m", "long[a=1,b=2]"])
        try batch.execute(
            "UPDATE cells SET status = 'cancelled', attempt_id = NULL, grade_id = NULL WHERE id = 8",
            in: "nllm-runs/batch.db")
        let plain = try await batch.run("show", "--diff", "m,long[a=1,b=2]").expectSuccess()
        #expect(
            plain.out == """
                [q1] m → long[a=1,b=2]
                    | [-m says: -]{+one+}
                    | {+two words of +}one, two
                    | {+three+}
                [q3] no answer of m, error; no answer of long[a=1,b=2], error
                [q4] no answer of long[a=1,b=2], cancelled
                1 prompt with equal answers

                """, "\(plain.out)")
        for (arguments, error) in [
            (["m"], "`--diff` takes two models of run r, as in `--diff A,B`; it has `m`, `long[a=1,b=2]`"),
            (
                ["m,n", "--json"],
                "`--diff` is for people; compare the texts of `show --json`; see `nllm-batch show --help`"
            ),
        ] {
            try await batch.refuses(["show", "--diff"] + arguments, code: 64, error: "error: \(error)")
        }
        let colored = try await batch.runInTerminal(
            ["show", "r", "--diff", "m,long[a=1,b=2]", "-p", "q1"], environment: ["PAGER": "cat"])
        #expect(Set(colored.colors) == ["\u{1B}[31m", "\u{1B}[32m", "\u{1B}[0m"])
        #expect(
            !colored.output.contains("[-") && colored.screen.contains("    | two words of one, two"),
            "\(colored.screen)")
        let uncolored = try await batch.runInTerminal(
            ["show", "r", "--diff", "m,long[a=1,b=2]", "-p", "q1"],
            environment: ["NO_COLOR": "1", "PAGER": "sed 's/^/page: /'"])
        #expect(uncolored.colors == [] && uncolored.screen.contains("page:     | {+three+}"), "\(uncolored.screen)")
    }

    @Test func aConversationIsShownWithWhoSaysWhat() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        let messages = [("system", "Sing."), ("user", "a"), ("assistant", "b"), ("user", "c\\nd")].map {
            #"{"role": "\#($0.0)", "content": "\#($0.1)"}"#
        }
        try batch.write(#"{"id": "q", "messages": [\#(messages.joined(separator: ", "))]}"#, to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        let shown = try await batch.run("show", "-p", "q").expectSuccess()
        let said = ["user: a", "assistant: b", "user: c", "d"].map { "    | \($0)" }
        #expect(shown.lines == ["[m q] pending", "  system:", "    | Sing.", "  prompt:"] + said)
        // An answer that the prompt brings was asked by no command.
        try batch.write(
            "providers: [m]\nprompts: ['{{x}}']\ntests: [{vars: {x: 1}, providerOutput: given}]\n", to: "s.yaml")
        try await batch.run("run", "s.yaml", "--no-check", "--quiet").expectSuccess()
        let given = try await batch.run("show").expectSuccess()
        #expect(given.lines.last == "    | given", "\(given.out)")
    }

    @Test func longOutputGoesThroughThePagerOfATerminal() async throws {
        let batch = try await scene([("q1", "x"), ("q2", "y")])
        let arguments = ["show", "r", "--prompt", "q1"]
        let paged = try await batch.runInTerminal(arguments, environment: ["PAGER": "sed 's/^/page: /'"])
        paged.expectSuccess()
        #expect(paged.screen.dropLast().allSatisfy { $0.hasPrefix("page: ") } && paged.screen.count > 6)
        // One that stops reading is not a failure.
        let quit = try await batch.runInTerminal(arguments, environment: ["PAGER": "head -1"])
        quit.expectSuccess()
        #expect(quit.screen == ["[m q1] ok", ""])
        for pager in ["", "cat"] {
            let plain = try await batch.runInTerminal(arguments, environment: ["PAGER": pager])
            #expect(plain.screen[0] == "[m q1] ok")
        }
        let missing = try await batch.runInTerminal(arguments, environment: ["PAGER": "no-such-pager"])
        #expect(missing.code == 69)
        #expect(missing.screen.contains("error: the pager can't be run; set PAGER=cat for none"), "\(missing.screen)")
        // Not through a pager what is not read on a terminal.
        let piped = try await batch.run(arguments, environment: ["PAGER": "sed 's/^/page: /'"])
        #expect(piped.lines[0] == "[m q1] ok")
    }
}
