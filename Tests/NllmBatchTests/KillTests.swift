import Foundation
import Testing

/// The promise: kill any process at any instant, then run the same command again, and nothing is lost, nothing is
/// recorded twice, and at most the cells that were in flight run again.
///
/// `NLLM_BATCH_SOAK=1` makes it long; `NLLM_BATCH_SEED` repeats the choices of an earlier run.
@Suite struct KillTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let isLong = variables["NLLM_BATCH_SOAK"] == "1"

    /// When a process is killed.
    private enum Moment: CaseIterable {
        /// After some time.
        case someTime
        /// When the database is written.
        case commit
        /// When a result is appended to results.jsonl.
        case artifact
    }

    @Test func killedAtAnyMomentARunLosesNothingAndPaysForNothingTwice() async throws {
        let seed = Self.variables["NLLM_BATCH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64.max)
        let note: Comment = "repeat with NLLM_BATCH_SEED=\(seed)"
        do {
            try await keepKilling(SeededGenerator(seed), note)
        } catch {
            Issue.record(error, note)
        }
    }

    private func keepKilling(_ generator: SeededGenerator, _ note: Comment) async throws {
        var random = generator
        let prompts = (1...(Self.isLong ? 60 : 10)).map { "prompt \($0)" }
        let server = try await LoopbackServer(#"{"good": {"answer_tokens": 20, "token_ms": 20}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(prompts.map { "\"\($0)\"\n" }.joined(), to: "prompts.jsonl")
        let enqueue = ["enqueue", "prompts.jsonl", "--no-check", "-m", "good", "--run", "main"]

        // An enqueue leaves all or nothing.
        for _ in 1...(Self.isLong ? 20 : 4) {
            try await kill(enqueue, in: batch, at: .someTime, within: 0.3, &random, note)
            guard batch.exists("nllm-runs/batch.db") else { continue }
            let tables = try batch.query("SELECT count(*) FROM sqlite_schema WHERE name = 'cells'")
            guard tables == [["1"]] else { continue }
            let cells = try batch.query("SELECT count(*) FROM cells")
            #expect(cells == [["0"]] || cells == [[String(prompts.count)]], note)
        }
        try await batch.run(enqueue).expectSuccess(note)

        var kills = 0
        while kills < (Self.isLong ? 40 : 6) {
            let moment = Moment.allCases.randomElement(using: &random) ?? .someTime
            guard try await kill(["work", "-j", "3"], in: batch, at: moment, within: 4, &random, note) else { break }
            kills += 1
            for command in [["export", "main"], enqueue] where Bool.random(using: &random) {
                try await kill(command, in: batch, at: .someTime, within: 0.3, &random, note)
            }
        }
        let work = try await batch.run("work", "main", "-j", "3").expectSuccess(note)
        #expect(work.out == "\(batch.directory)/nllm-runs/main\n", note)

        try proveRecords(batch, server, prompts, note)
        try proveArtifacts(batch, prompts, note)
        try await proveExports(batch, &random, note)
        #expect(OSProcess.marked(in: batch).isEmpty, note)
        try await batch.run("doctor").expectSuccess(note)
    }

    /// Starts a command and kills it at a random moment; false if it ended before.
    @discardableResult
    private func kill(
        _ arguments: [String], in batch: Batch, at moment: Moment, within seconds: Double,
        _ random: inout SeededGenerator, _ note: Comment
    ) async throws -> Bool {
        let process = try await batch.start(Batch.binary, arguments)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(Double.random(in: 0...seconds, using: &random))
        let watched =
            switch moment {
            case .someTime: ""
            case .commit: "nllm-runs/batch.db-wal"
            case .artifact: "nllm-runs/main/results.jsonl"
            }
        var changes = Int.random(in: 1...5, using: &random)
        var last = Self.state(batch, watched)
        // Nothing is waited for here: any moment is right.
        while !OSProcess.isGone(process.pid), changes > 0, moment != .someTime || clock.now < end {
            try await Task.sleep(for: .milliseconds(1))
            let now = Self.state(batch, watched)
            if now != last { changes -= 1 }
            last = now
        }
        process.signal(SIGKILL)
        let result = try await process.result()
        #expect([0, 128 + SIGKILL].contains(result.code), "\(arguments): \(result.err); \(note)")
        return result.code != 0
    }

    private static func state(_ batch: Batch, _ name: String) -> [Int] {
        var info = stat()
        guard !name.isEmpty, stat(batch.directory + "/" + name, &info) == 0 else { return [] }
        #if canImport(Darwin)
            let time = info.st_mtimespec
        #else
            let time = info.st_mtim
        #endif
        return [Int(info.st_size), time.tv_sec, time.tv_nsec]
    }

    // MARK: Proof

    /// The database has one result a cell, and the server saw no request that nobody had to make.
    private func proveRecords(
        _ batch: Batch, _ server: LoopbackServer, _ prompts: [String], _ note: Comment
    ) throws {
        let rows = try batch.query(
            """
            SELECT prompts.text, cells.status, cells.live, cells.attempts,
                (SELECT count(*) FROM attempts WHERE cell_id = cells.id AND outcome = 'ok'),
                (SELECT count(*) FROM attempts WHERE cell_id = cells.id AND outcome = 'interrupted'),
                (SELECT count(*) FROM attempts WHERE cell_id = cells.id)
            FROM cells JOIN prompts ON prompts.id = cells.prompt_id ORDER BY prompts.position
            """)
        #expect(rows.map { $0[0] } == prompts, note)
        let requests = try server.requestsByPrompt()
        #expect(Set(requests.keys) == Set(prompts), note)
        for row in rows {
            let interrupted = try #require(Int(row[5]))
            #expect(Array(row[1...4]) == ["ok", "1", "1", "1"], "\(row); \(note)")
            #expect(row[6] == String(interrupted + 1), "\(row); \(note)")
            let asked = requests[row[0]] ?? 0
            #expect(asked <= 1 + interrupted, "asked \(asked) times: \(row); \(note)")
        }
        let run = try batch.query("SELECT finished_at IS NULL, exported_at IS NULL FROM runs")
        #expect(run == [["0", "0"]], note)
        #expect(try batch.query("SELECT count(*) FROM workers WHERE ended_at IS NULL") == [["0"]], note)
    }

    private func proveArtifacts(_ batch: Batch, _ prompts: [String], _ note: Comment) throws {
        let lines = try batch.jsonLines("nllm-runs/main/results.jsonl")
        let ids = (1...prompts.count).map { String(repeating: "0", count: 6 - String($0).count) + String($0) }
        #expect(lines.map { $0["prompt_id"] as? String } == ids, note)
        #expect(lines.allSatisfy { $0["status"] as? String == "ok" }, note)
        #expect(lines.allSatisfy { ($0["text"] as? String)?.split(separator: " ").count == 20 }, note)
        let expected = ids.map { "results/\($0)/good.json" } + ["manifest.json", "results.jsonl"]
        #expect(Set(try batch.files(below: "nllm-runs/main").keys) == Set(expected), note)
    }

    /// An export that was killed is mended by the next one.
    private func proveExports(_ batch: Batch, _ random: inout SeededGenerator, _ note: Comment) async throws {
        let before = try batch.files(below: "nllm-runs/main")
        for _ in 1...(Self.isLong ? 20 : 4) {
            try await kill(["export", "main"], in: batch, at: .someTime, within: 0.2, &random, note)
        }
        try await batch.run("export", "main").expectSuccess(note)
        #expect(try batch.files(below: "nllm-runs/main") == before, note)
    }
}
