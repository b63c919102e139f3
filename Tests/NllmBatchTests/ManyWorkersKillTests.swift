import Foundation
import Testing

/// The promise of ``KillTests`` for several workers on one database, of which now one, now another is killed, or a process
/// that it has started.
///
/// `NLLM_BATCH_SOAK=1` makes it long; `NLLM_BATCH_SEED` repeats the choices of an earlier run.
@Suite(.enabled(if: OSProcess.tellsAll)) struct ManyWorkersKillTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let isLong = variables["NLLM_BATCH_SOAK"] == "1"
    private static let kills = isLong ? 100 : 2
    /// The prompts of each run.
    private static let size = isLong ? 40 : 8
    private static let concurrency = 3

    @Test(arguments: ["process", "fork", "shared"]) func whicheverOfManyWorkersIsKilledNothingIsLostOrPaidTwice(
        executor: String
    ) async throws {
        let seed = Self.variables["NLLM_BATCH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64.max)
        let note: Comment = "\(executor), repeat with NLLM_BATCH_SEED=\(seed)"
        do {
            let server = try await LoopbackServer(#"{"good": {"delay_ms": 500}}"#)
            var crowd = Crowd(
                batch: try Batch(userPath: server.userPath), server: server, executor: executor,
                random: SeededGenerator(seed), note: note)
            for _ in 1...Self.kills { try await crowd.kill() }
            try await crowd.finish()
            try await prove(crowd)
        } catch {
            Issue.record(error, note)
        }
    }

    /// Two to four workers on one database that never runs out of cells.
    private struct Crowd {
        let batch: Batch
        let server: LoopbackServer
        let executor: String
        var random: SeededGenerator
        let note: Comment
        var workers: [RunningProcess] = []
        var runs = 0

        mutating func kill() async throws {
            try await refill()
            while workers.count < Int.random(in: 2...4, using: &random) {
                workers.append(try await batch.start("work", "-j", String(concurrency), "--executor", executor))
            }
            let wanted = try server.requests().count + Int.random(in: 1...4, using: &random)
            try await eventually("requests are made; \(note)") { [server, workers] in
                try server.requests().count >= wanted || workers.contains { OSProcess.isGone($0.pid) }
            }
            let index = Int.random(in: workers.indices, using: &random)
            let others = OSProcess.marked(in: batch)
            if Bool.random(using: &random), let other = others.randomElement(using: &random) {
                Foundation.kill(other, SIGKILL)
            } else {
                workers.remove(at: index).signal(SIGKILL)
            }
            workers.removeAll { OSProcess.isGone($0.pid) }
        }

        /// Enqueues another run once there is little left to do.
        private mutating func refill() async throws {
            if runs > 0 {
                let left = try batch.query("SELECT count(*) FROM cells WHERE status IN ('pending', 'running')")
                guard let count = Int(left[0][0]), count < size else { return }
            }
            runs += 1
            try batch.write((1...size).map { "\"run \(runs) prompt \($0)\"\n" }.joined(), to: "run\(runs).jsonl")
            try await batch.run("enqueue", "run\(runs).jsonl", "-m", "good", "--run", "run\(runs)").expectSuccess(note)
        }

        /// Lets those that live end, and a last one do what is left.
        func finish() async throws {
            for worker in workers { _ = try await worker.result() }
            let last = try await batch.run("work", "-j", "8", "--executor", executor)
            #expect([0, 1].contains(last.code), "\(last.err); \(note)")
            try await eventually("nothing is left running; \(note)") { OSProcess.marked(in: batch).isEmpty }
        }
    }

    /// Expects one result a cell, and no request that nobody had to make.
    private func prove(_ crowd: Crowd) async throws {
        let note = crowd.note
        let rows = try crowd.batch.query(
            """
            SELECT prompts.text, cells.status, count(*) FILTER (WHERE outcome = 'ok'),
                count(*) FILTER (WHERE failure_kind = 'crashed'), count(*)
            FROM cells JOIN prompts ON prompts.id = cells.prompt_id JOIN attempts ON attempts.cell_id = cells.id
            GROUP BY cells.id
            """)
        #expect(rows.count == crowd.runs * Self.size, note)
        let requests = try crowd.server.requestsByPrompt()
        for row in rows {
            let numbers = row.dropFirst(2).compactMap { Int($0) }
            try #require(numbers.count == 3)
            // Its process was killed twice, which may have been its own fault.
            let isOK = numbers[1] < 2
            #expect(row[1] == (isOK ? "ok" : "error"), "\(row); \(note)")
            #expect(numbers[0] == (isOK ? 1 : 0), "\(row); \(note)")
            let asked = requests[row[0], default: 0]
            // A process that was killed may not have asked yet.
            #expect(((isOK ? 1 : 0)...numbers[2]).contains(asked), "asked \(asked) times: \(row); \(note)")
        }
        let again = requests.values.reduce(0, +) - rows.count
        #expect(again <= Self.kills * Self.concurrency, "\(again) requests again; \(note)")
        for run in 1...crowd.runs {
            let before = try crowd.batch.files(below: "nllm-runs/run\(run)")
            try await crowd.batch.run("export", "run\(run)").expectSuccess(note)
            #expect(try crowd.batch.files(below: "nllm-runs/run\(run)") == before, note)
        }
        try await crowd.batch.run("doctor").expectSuccess(note)
        if Self.isLong { print("\(note): \(Self.kills) kills; \(again) requests again") }
    }
}
