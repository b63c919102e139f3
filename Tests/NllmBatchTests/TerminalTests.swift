import Foundation
import Testing

/// What stands on a terminal: colours, the live table, the summary, narrow windows.
@Suite struct TerminalTests {
    /// A scratch folder with one prompt, whose `llm` answers once the live table was seen to show it running.
    private func batch() throws -> Batch {
        let batch = try StreamingTests.fake(
            #"""
            echo "first line"
            until grep -qs '⟳ running' "$HOME/terminal" || [ -e "$HOME/undrawn" ]; do sleep 0.05; done
            case "$*" in *bad*) echo 'Error: Error code: 400 - no such luck' >&2; exit 1 ;; esac
            echo "last line"
            """#)
        try batch.write("x", to: "p.txt")
        return batch
    }

    private func arguments(_ models: String..., rest: String...) -> [String] {
        ["run", "p.txt", "--run", "r", "--timeout", "60", "--retries", "0", "--executor", "process"]
            + models.flatMap { ["-m", $0] } + rest
    }

    /// A line with what changes from run to run left out.
    private func steady(_ line: String) -> String { line.replacing(#/ in [0-9][0-9a-z. ]*s */#, with: " in … ") }

    @Test func nothingOfTheTableIsLeftWhenTheRunIsOver() async throws {
        let batch = try batch()
        let run = try await batch.runInTerminal(arguments("m", rest: "--stream"), columns: 200)
        run.expectSuccess()
        let folder = "\(batch.directory)/nllm-runs/r"
        let widest = "│   artifacts: \(folder) │"
        func rule(_ start: String, _ end: String) -> String {
            start + String(repeating: "─", count: widest.count - start.count - end.count) + end
        }
        #expect(
            run.screen.map(steady) == [
                "1 cell in new run r", "[m] first line", "[m] last line", folder, rule("╭─ Summary ", "╮"),
                "│ r: 1 ok in … │", widest, rule("╰", "╯"), "",
            ])
        #expect(run.output.contains("m  \u{1B}[36m⟳ running  \u{1B}[0m  "))
        #expect(run.output.contains("\u{1B}[36m[m]\u{1B}[0m first line\n"))
        #expect(run.output.contains("\u{1B}[32m╭─ Summary ─"))
    }

    @Test func eachModelHasAColourAndErrorsAreMarked() async throws {
        let batch = try batch()
        let run = try await batch.runInTerminal(arguments("m", "bad", rest: "--stream"))
        #expect(run.code == 1)
        let prefixes = run.output.matches(of: /(\x1B\[[0-9]+m)\[(m|bad)\]\x1B\[0m/)
        let colors = Dictionary(grouping: prefixes, by: \.output.2).mapValues { Set($0.map(\.output.1)) }
        #expect(colors["m"]?.count == 1)
        #expect(colors["bad"]?.count == 1)
        #expect(colors["m"] != colors["bad"])
        #expect(
            run.output.contains("[bad]\u{1B}[0m\u{1B}[31m stderr:\u{1B}[0m Error: Error code: 400 - no such luck\n"))
        #expect(run.output.contains("\u{1B}[33m╭─ Summary ─"))
        let box = run.screen.filter { $0.hasPrefix("│") }.map(steady)
        #expect(box.count == 7)
        let texts = box.map { $0.dropFirst(2).prefix { $0 != "│" }.trimmingCharacters(in: .whitespaces) }
        #expect(texts[0].hasPrefix("r: 1 ok, 1 error in …"))
        #expect(texts[1].split(separator: " ") == ["model", "ok", "failed", "p50"])
        #expect(texts[2].split(separator: " ").prefix(3) == ["m", "1", "0"])
        #expect(texts[3].split(separator: " ").prefix(3) == ["bad", "0", "1"])
        #expect(texts[4] == "1 × request on bad: Error code: 400 - no such luck")
        #expect(texts[5] == "see them with: nllm-batch show r --failed")
    }

    @Test func withNoColorOnlyTheColoursAreMissing() async throws {
        let batch = try batch()
        let run = try await batch.runInTerminal(arguments("m", rest: "--stream"), environment: ["NO_COLOR": "1"])
        run.expectSuccess()
        #expect(run.colors.isEmpty)
        #expect(run.output.contains("m  ⟳ running    "))
        #expect(run.screen.contains { $0.hasPrefix("╭─ Summary ─") })
    }

    @Test func aDumbTerminalGetsPlainLines() async throws {
        let batch = try batch()
        try batch.write("", to: "undrawn")
        let run = try await batch.runInTerminal(
            arguments("m", rest: "--stream"), columns: 200, environment: ["TERM": "dumb"])
        run.expectSuccess()
        #expect(!run.output.contains("\u{1B}"))
        let folder = "\(batch.directory)/nllm-runs/r"
        #expect(
            run.screen.map(steady) == [
                "1 cell in new run r", "[m] first line", "[m] last line", folder, "r: 1 ok in … ",
                "  artifacts: \(folder)", "",
            ])
    }

    @Test func aFileAsStandardOutputGetsNoControlCharacter() async throws {
        let batch = try batch()
        let run = try await batch.runInTerminal(arguments("m", rest: "--stream"), stdout: "out")
        run.expectSuccess()
        let folder = "\(batch.directory)/nllm-runs/r"
        #expect(try batch.read("out") == Data("[m] first line\n[m] last line\n\(folder)\n".utf8))
        #expect(run.screen.first == "1 cell in new run r")
        #expect(run.screen.dropFirst().first?.hasPrefix("╭─ Summary ─") == true)
    }

    @Test func fortyColumnsAreEnoughForTheTableAndTheSummary() async throws {
        let batch = try batch()
        let names = ["a-model-whose-name-is-longer-than-a-narrow-terminal", "bad-模型-漢字漢字漢字漢字漢字漢字漢字"]
        let run = try await batch.runInTerminal(arguments(names[0], names[1]), columns: 40)
        #expect(run.code == 1)
        expectOnlyTheFolderWrapped(run, batch)
        #expect(run.output.contains("a-model-whos…  \u{1B}[36m⟳ running  \u{1B}[0m  "))
        #expect(run.screen.filter { $0.hasPrefix("│") }.allSatisfy { $0.hasSuffix("│") })
    }

    @Test func fortyColumnsAreEnoughForTheCountsOfABatch() async throws {
        let batch = try StreamingTests.fake(
            #"until grep -qs '2 now' "$HOME/terminal"; do sleep 0.05; done; echo answer"#)
        try batch.write("\"x\"\n\"y\"\n\"z\"", to: "p.jsonl")
        let name = "a-model-whose-name-is-longer-than-a-narrow-terminal"
        let run = try await batch.runInTerminal(
            ["run", "p.jsonl", "--run", "r", "-m", name, "-j", "2", "--timeout", "60", "--executor", "process"],
            columns: 40)
        run.expectSuccess()
        expectOnlyTheFolderWrapped(run, batch)
        #expect(run.output.contains("r                    0/3  0%\n  a-model-whose-na…  0/3  2 now\n"), "\(run.output)")
    }

    /// The folder's path stands on standard output, which is for programs, too.
    private func expectOnlyTheFolderWrapped(_ run: TerminalRun, _ batch: Batch) {
        #expect("\(batch.directory)/nllm-runs/r".hasPrefix(run.wrapped.joined()))
    }

    @Test func narrowTablesBecomeBlocks() async throws {
        let batch = try Batch()
        try batch.write("\"x\"\n\"y\"", to: "p.jsonl")
        try await batch.run(
            "enqueue", "p.jsonl", "-m", "one", "-m", "two", "--no-check", "--run", "r", "-o", "."
        ).expectSuccess()
        let status = try await batch.runInTerminal(["status"], columns: 40)
        #expect(status.screen.first == "r: new, 4 pending")
        #expect(status.screen.dropFirst().first?.hasPrefix("  enqueued today ") == true)
        #expect(status.screen.dropFirst(2).prefix(3) == ["model  done", "one     0/2", "two     0/2"])
        let list = try await batch.runInTerminal(["list"], columns: 40)
        #expect(list.screen.first == "run  state  cells  left  enqueued")
        let narrow = try await batch.runInTerminal(["list"], columns: 30)
        #expect(narrow.screen.prefix(4) == ["run: r", "  state: new", "  cells: 4", "  left: 4"])
        #expect(narrow.screen.dropFirst(4).first?.hasPrefix("  enqueued: today ") == true)
        #expect(try await batch.run("list").lines.first == "run  state  cells  left  enqueued")
    }
}
