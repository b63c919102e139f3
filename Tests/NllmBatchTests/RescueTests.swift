import Foundation
import Testing

/// What a worker finds in rescue files.
@Suite struct RescueTests {
    private static let file = "nllm-runs/batch.db.rescue-01234567-89ab-cdef-0123-456789abcdef"

    /// A line of a rescue file for a cell.
    private func line(
        run: String = "r", key: String, prompt: String, text: String = "rescued", status: String = "ok"
    ) throws -> String {
        let failure: Any =
            status == "ok" ? NSNull() : ["kind": "server", "message": "it failed", "http_status": 500] as [String: Any]
        let object: [String: Any] = [
            "version": 1, "run": run, "key": key, "prompt_id": prompt, "model": "m", "sample": 1, "worker": "gone",
            "lease": 1, "reserved_tokens": 10, "expected_tokens": 5, "command": ["llm", "-m", "m"],
            "outcome": [
                "status": status, "exit_code": status == "ok" ? 0 : 1, "failure": failure, "text": text,
                "stderr_tail": "said", "tokens_input": 3, "tokens_output": 4, "may_be_billed": true,
                "started_at": 1_700_000_000_000, "finished_at": 1_700_000_001_000,
            ] as [String: Any],
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self) + "\n"
    }

    private func scene() async throws -> (Batch, keys: [String]) {
        let batch = try Batch(llm: Batch.fakeLLM(#"[ "$1" = -m ] && { cat; echo called >> "$HOME/calls"; }"#))
        try batch.write("\"one\"\n\"two\"\n\"three\"\n", to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "--no-check", "-m", "m", "--run", "r").expectSuccess()
        return (batch, try batch.query("SELECT lower(hex(key)) FROM cells ORDER BY id").map { $0[0] })
    }

    private func texts(_ batch: Batch) throws -> [String?] {
        try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["text"] as? String }
    }

    @Test func answersAreTakenInOnceAndThoseOfOtherRunsStay() async throws {
        let (batch, keys) = try await scene()
        let foreign = try [
            line(run: "another", key: keys[0], prompt: "000001"),
            line(key: String(repeating: "ab", count: 32), prompt: "000001"),
        ]
        let own = try line(key: keys[0], prompt: "000001")
        let torn = try line(key: keys[1], prompt: "000002").dropLast(20)
        try batch.write(own + foreign.joined() + own + torn, to: Self.file)
        let work = try await batch.run("work").expectSuccess()
        #expect(work.err.contains("1 answer that an earlier worker could not record, recorded now\n"))
        #expect(
            work.err.contains(
                "\(batch.directory)/\(Self.file) keeps 2 answers of run another for another database; "
                    + "`nllm-batch work --db` with that one records them\n"))
        #expect(try texts(batch) == ["rescued", "two", "three"])
        #expect(try batch.lines("calls").count == 2)
        let attempt = try batch.query(
            "SELECT tokens_input, tokens_output, duration_ms, number FROM attempts ORDER BY id LIMIT 1")
        #expect(attempt == [["3", "4", "1000", "1"]])
        // What stays is whole.
        #expect(try batch.rescuedPrompts() == ["000001", "000001"])
        let left = String(decoding: try batch.read(Self.file).filter { $0 != 0 }, as: UTF8.self)
        #expect(left == foreign.joined() + torn)

        // The same answer once more, as after a kill between its commit and the emptying of the file.
        try batch.write(own, to: Self.file)
        let again = try await batch.run("work").expectSuccess()
        #expect(again.err == "nothing to do\n")
        #expect(try batch.query("SELECT count(*) FROM attempts") == [["3"]])
        #expect(batch.rescueFiles == [])
        #expect(try texts(batch) == ["rescued", "two", "three"])
    }

    @Test func anAnswerThatIsNotNeededIsKeptAsAnAttempt() async throws {
        let (batch, keys) = try await scene()
        try await batch.run("work").expectSuccess()
        try batch.write(
            try line(key: keys[1], prompt: "000002") + line(key: keys[2], prompt: "000003", status: "error"),
            to: Self.file)
        try await batch.run("work").expectSuccess()
        #expect(try texts(batch) == ["one", "two", "three"])
        let attempts = try batch.query("SELECT outcome, number, cell_id FROM attempts ORDER BY id")
        #expect(attempts.suffix(2) == [["ok", "", "2"], ["error", "", "3"]])
        #expect(batch.rescueFiles == [])
    }

    /// A prompt that moved is known by what it asks.
    @Test func anAnswerIsFoundByItsCellsKey() async throws {
        let (batch, keys) = try await scene()
        try batch.write(try line(key: keys[2], prompt: "000009"), to: Self.file)
        try await batch.run("work").expectSuccess()
        #expect(try texts(batch) == ["one", "two", "rescued"])
        #expect(try batch.lines("calls").count == 2)
    }

    @Test func filesInTheOtherFoldersAreFoundAndLinksAreLeftAlone() async throws {
        let (batch, keys) = try await scene()
        try batch.write(try line(key: keys[0], prompt: "000001", text: "from state"), to: "state/nllm-batch/rescue-a")
        try batch.write(try line(key: keys[1], prompt: "000002", text: "from tmp"), to: "tmp/nllm-batch-rescue-b")
        try batch.write(try line(key: keys[2], prompt: "000003", text: "by a link"), to: "elsewhere")
        symlink(batch.directory + "/elsewhere", batch.directory + "/" + Self.file)
        mkfifo(batch.directory + "/nllm-runs/batch.db.rescue-fifo", 0o600)
        let places = ["XDG_STATE_HOME": batch.directory + "/state", "TMPDIR": batch.directory + "/tmp"]
        try await batch.run(["work"], environment: places).expectSuccess()
        #expect(try texts(batch) == ["from state", "from tmp", "three"])
        #expect(batch.rescueFiles == [Self.file, "nllm-runs/batch.db.rescue-fifo"].sorted())
        #expect(batch.exists("elsewhere"))
    }

    /// Written by a version that says more.
    @Test func linesOfALaterVersionStay() async throws {
        let (batch, keys) = try await scene()
        let later = try line(key: keys[0], prompt: "000001").replacingOccurrences(
            of: "\"version\":1", with: "\"version\":2")
        try batch.write(later, to: Self.file)
        let work = try await batch.run("work").expectSuccess()
        #expect(work.err.contains("\(Self.file) keeps 1 answer for another database"))
        #expect(String(decoding: try batch.read(Self.file), as: UTF8.self) == later)
    }

    /// A file is there while a worker works, and goes with it.
    @Test func aWorkerReservesItsFile() async throws {
        let batch = try Batch(
            llm: Batch.fakeLLM(
                #"[ "$1" = -m ] || exit 0; cat; while [ ! -e "$HOME/go" ]; do sleep 0.05; done"#))
        try batch.write("\"one\"\n", to: "p.jsonl")
        let worker = try await batch.start("run", "p.jsonl", "--no-check", "-m", "m", "-j", "100")
        try await eventually("the file is there") {
            guard batch.rescueFiles.count == 1 else { return false }
            return try batch.read(batch.rescueFiles[0]) == Data(count: 100 << 16)
        }
        try batch.write("", to: "go")
        try await worker.result().expectSuccess()
        #expect(batch.rescueFiles == [])
    }
}
