import Foundation
import Testing

/// `tail` and `status --watch` show a run while it works.
@Suite struct TailTests {
    /// A folder whose `llm` answers at once, or for a prompt that says so when there is a file `go`.
    private func scene() throws -> Batch {
        let batch = try Batch(
            llm: Batch.fakeLLM(
                #"""
                case "$1" in -m) t=$(cat) ;; *) exit 0 ;; esac
                case "$t" in *wait*) until [ -e "$HOME/go" ]; do sleep 0.05; done ;; esac
                case "$t" in *bad*) echo "Error: Error code: 400 - not like this" >&2; exit 1 ;; esac
                printf 'to %s\nand more\n' "$t"
                """#))
        try batch.write(["one", "two bad", "three", "four wait"].map { "\"\($0)\"\n" }.joined(), to: "p.jsonl")
        return batch
    }

    private let work = ["work", "--executor", "process", "--retries", "0", "-j", "4", "--quiet"]

    private func enqueue(_ batch: Batch, _ run: String) async throws {
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", run).requireSuccess()
    }

    /// A line without its times, and with its white space as one space.
    private static func steady(_ line: String) -> String {
        line.replacing(#/^(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d/#, with: "T").replacing(#/[0-9.]+ m?s/#, with: "D")
            .replacing(#/ +/#, with: " ")
    }

    @Test func resultsAreShownAsTheyFinishUntilTheRunHasEnded() async throws {
        let batch = try scene()
        try await enqueue(batch, "r")
        let tail = try await batch.start("/bin/sh", ["-c", "exec '\(Batch.binary)' tail r -f > tail.txt"])
        let watch = try await batch.start("/bin/sh", ["-c", "exec '\(Batch.binary)' status r --watch 0.1 > watch.txt"])
        let all = try await batch.start("/bin/sh", ["-c", "exec '\(Batch.binary)' tail -f > all.txt"])
        let worker = try await batch.start(Batch.binary, work)
        func lines(_ file: String) -> [String] { ((try? batch.lines(file)) ?? []).map(Self.steady) }
        try await eventually("three results are shown") { lines("tail.txt").count == 3 && lines("all.txt").count == 4 }
        try await eventually("it is seen at work") {
            lines("watch.txt").contains("r: running, 2 ok, 1 error, 1 running")
        }
        try batch.write("", to: "go")
        #expect(try await worker.result().code == 1)
        try await tail.result().expectSuccess()
        try await watch.result().expectSuccess()
        let expected = [
            "T ok D [m 000001] to one and more", "T error D [m 000002] request: Error code: 400 - not like this",
            "T ok D [m 000003] to three and more", "T ok D [m 000004] to four wait and more",
        ]
        #expect(Set(lines("tail.txt")) == Set(expected) && lines("tail.txt").last == expected[3])
        // Blocks, the last one with the end.
        let blocks = lines("watch.txt").filter { $0.hasPrefix("r: ") }
        #expect(blocks.count > 1 && blocks.last == "r: finished, 3 ok, 1 error", "\(blocks)")
        #expect(blocks.count { $0.hasPrefix("r: finished") } == 1)

        // without a run it continues with later ones.
        try await enqueue(batch, "s")
        #expect(try await batch.run(work).code == 1)
        try await eventually("the next run is shown") { lines("all.txt").count == 10 }
        #expect(lines("all.txt")[0] == "==> r <==" && lines("all.txt")[5] == "==> s <==")
        all.signal(SIGINT)
        let stopped = try await all.result()
        #expect(stopped.code == 130 && stopped.err == "")
    }

    @Test func theLastResultsAreShown() async throws {
        let batch = try scene()
        try batch.write("", to: "go")
        for run in ["r", "s"] {
            try await enqueue(batch, run)
            #expect(try await batch.run(work + ["-j", "1"]).code == 1)
        }
        let last = try await batch.run("tail", "-n", "5").expectSuccess()
        #expect(last.lines.map(Self.steady).map { $0.prefix(12) }[0] == "==> r <==")
        #expect(last.lines.map(Self.steady).count { $0.hasPrefix("T ") } == 5 && last.lines[2] == "==> s <==")
        #expect(try await batch.run("tail", "r", "-n", "0").expectSuccess().out == "")
        // As they are in the run's folder.
        let json = try await batch.run("tail", "s", "--json").expectSuccess()
        #expect(Set(json.lines) == Set(try batch.lines("nllm-runs/s/results.jsonl")))
        // Nobody reads any more.
        let head = try await batch.command(
            "/bin/sh",
            ["-c", "for c in 'tail -f -n 1' 'status r --watch 0.1'; do '\(Batch.binary)' $c | head -1; done"])
        #expect(head.lines.count == 2 && head.err == "")
        for arguments in [["--lines=-1"], ["mian"]] {
            #expect(try await batch.run(["tail"] + arguments).code >= 64)
        }
        try await batch.refuses(
            "status", "--watch", "r", code: 64,
            error: "error: `--watch` is `r` but must be a duration such as 90, 15m, 24h or 7d; name the run before it; "
                + "see `nllm-batch status --help`")
    }

    @Test func aTerminalShowsOneBlockInPlace() async throws {
        let batch = try scene()
        try await enqueue(batch, "r")
        let worker = try await batch.start(Batch.binary, work)
        async let watched = batch.runInTerminal(["status", "r", "--watch", "0.1"], columns: 80)
        try await eventually("it is drawn again") {
            let text = String(decoding: (try? batch.read("terminal")) ?? Data(), as: UTF8.self)
            return text.contains("r: running, 2 ok, 1 error, 1 running") && text.contains("\u{1B}[J")
        }
        try batch.write("", to: "go")
        #expect(try await worker.result().code == 1)
        let run = try await watched
        run.expectSuccess()
        #expect(run.screen.count { $0.hasPrefix("r: ") } == 1 && run.screen[0] == "r: finished, 3 ok, 1 error")
        #expect(run.wrapped.count <= 1, "\(run.wrapped)")
    }

    @Test func aRunWithGatesSaysWhatItCameTo() async throws {
        let batch = try scene()
        try batch.write("\"one\"", to: "p.jsonl")
        let run = ["run", "p.jsonl", "-m", "m", "--no-check", "--executor", "process", "--assert", "contains:nothing"]
        _ = try await batch.run(run + ["--run", "bad", "--gate", "pass_rate >= 0.9"])
        let status = try await batch.run("status").expectSuccess()
        let line = "gates: FAILED: 1 of 2 gates failed; see: nllm-batch gate bad"
        #expect(status.lines.contains(line), "\(status.out)")
        #expect(try await batch.run("show").expectSuccess().lines.contains(line))
        _ = try await batch.run(run + ["--run", "plain"])
        #expect(try await !batch.run("status").expectSuccess().out.contains("gate"))
    }
}
