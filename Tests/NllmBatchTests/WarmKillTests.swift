import Foundation
import Testing

/// The promise of ``KillTests`` where cells run in warm Pythons: whichever process is killed, nothing is lost, nothing
/// is recorded twice, and at most the cells that were in flight in it run again.
///
/// `NLLM_BATCH_SOAK=1` makes it long; `NLLM_BATCH_SEED` repeats the choices of an earlier run.
@Suite(.enabled(if: OSProcess.tellsAll)) struct WarmKillTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let isLong = variables["NLLM_BATCH_SOAK"] == "1"
    private static let concurrency = 4

    private enum Target: String, CaseIterable {
        case worker, bridge, child
    }

    /// A run that is being worked on, and what was done to it.
    private struct Scene {
        var batch: Batch
        var server: LoopbackServer
        var worker: RunningProcess?
        var kills: [Target: Int] = [:]
        var random: SeededGenerator
        var note: Comment

        var killed: String { kills.map { "\($0.value) × \($0.key.rawValue)" }.sorted().joined(separator: ", ") }

        /// So many requests may have been made in vain.
        var allowance: Int {
            kills.reduce(0) { $0 + $1.value * ($1.key == .child ? 1 : WarmKillTests.concurrency) }
        }
    }

    @Test(arguments: ["fork", "shared"]) func whicheverProcessIsKilledOnlyWhatRanInItIsAskedAgain(
        executor: String
    ) async throws {
        let seed = Self.variables["NLLM_BATCH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64.max)
        let note: Comment = "\(executor), repeat with NLLM_BATCH_SEED=\(seed)"
        do {
            try await keepKilling(executor, SeededGenerator(seed), note)
        } catch {
            Issue.record(error, note)
        }
    }

    private func keepKilling(_ executor: String, _ random: SeededGenerator, _ note: Comment) async throws {
        let inMemory = Self.filesInMemory()
        let server = try await LoopbackServer(#"{"good": {"delay_ms": 250}}"#)
        let temporary = server.userPath + "/tmp"
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        let batch = try Batch(userPath: server.userPath, extra: ["TMPDIR": temporary])
        let prompts = (1...(Self.isLong ? 1500 : 100)).map { "prompt \($0)" }
        try batch.write(prompts.map { "\"\($0)\"\n" }.joined(), to: "prompts.jsonl")
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "good", "--run", "main").expectSuccess(note)

        var scene = Scene(batch: batch, server: server, random: random, note: note)
        let targets = Target.allCases.filter { executor == "fork" || $0 != .child }
        for _ in 1...(Self.isLong ? 50 : 3) {
            for target in targets.shuffled(using: &scene.random) {
                try await Self.kill(target, executor, &scene)
            }
        }
        for target in targets { #expect(scene.kills[target, default: 0] > 0, note) }
        _ = try await scene.worker?.result()
        let work = try await batch.run("work", "main", "--executor", executor)
        let crashed = try prove(scene, prompts)
        #expect(work.code == (crashed ? 1 : 0), "\(work.err); \(note)")
        #expect(OSProcess.marked(in: batch).isEmpty, note)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [], note)
        try await eventually("no file is left in memory") { Self.filesInMemory().isSubset(of: inMemory) }
        try await batch.run("doctor").expectSuccess(note)
    }

    /// Lets work go on for a while, and then kills a process.
    private static func kill(_ target: Target, _ executor: String, _ scene: inout Scene) async throws {
        let (batch, server, note) = (scene.batch, scene.server, scene.note)
        let worker: RunningProcess
        if let running = scene.worker {
            worker = running
        } else {
            worker = try await batch.start("work", "-j", String(concurrency), "--executor", executor)
            scene.worker = worker
        }
        let wanted = try server.requests().count + Int.random(in: 1...5, using: &scene.random)
        var victim: pid_t?
        try await eventually("there is a \(target) to kill; \(note)") {
            guard !OSProcess.isGone(worker.pid) else { return true }
            guard try server.requests().count >= wanted else { return false }
            victim =
                switch target {
                case .worker: worker.pid
                case .bridge: OSProcess.bridges(of: worker, in: batch).randomElement(using: &scene.random)
                case .child: OSProcess.forkedChildren(of: worker, in: batch).randomElement(using: &scene.random)
                }
            return victim != nil
        }
        guard let victim, signal(victim) else { return }
        scene.kills[target, default: 0] += 1
        guard target == .worker else {
            return try await eventually("\(target) \(victim) is gone; \(note)") { OSProcess.isGone(victim) }
        }
        #expect(try await worker.result().code == 128 + SIGKILL, note)
        scene.worker = nil
        try await eventually("what the worker has started ends with it; \(note)") {
            OSProcess.marked(in: batch).isEmpty
        }
    }

    private static func signal(_ pid: pid_t) -> Bool { Foundation.kill(pid, SIGKILL) == 0 }

    /// The files of ours that have a name in memory.
    private static func filesInMemory() -> Set<String> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/shm")) ?? []
        return Set(names.filter { $0.hasPrefix("nllm-batch") })
    }

    /// Expects one result a cell, and no request that nobody had to make; tells whether a cell has failed.
    ///
    /// That is one whose child was killed twice.
    private func prove(_ scene: Scene, _ prompts: [String]) throws -> Bool {
        let note = scene.note
        let rows = try scene.batch.query(
            """
            SELECT prompts.text, cells.status, cells.live, cells.attempts,
                count(*) FILTER (WHERE outcome = 'ok'), count(*) FILTER (WHERE outcome = 'interrupted'),
                count(*) FILTER (WHERE failure_kind = 'crashed'), count(*), count(DISTINCT attempts.number)
            FROM cells JOIN prompts ON prompts.id = cells.prompt_id JOIN attempts ON attempts.cell_id = cells.id
            GROUP BY cells.id ORDER BY prompts.position
            """)
        #expect(rows.map { $0[0] } == prompts, note)
        let requests = try scene.server.requestsByPrompt()
        var crashes = 0
        for row in rows {
            let numbers = row.dropFirst(3).compactMap { Int($0) }
            try #require(numbers.count == 6)
            let (attempts, interrupted, crashed) = (numbers[0], numbers[2], numbers[3])
            let isOK = crashed < 2
            crashes += crashed
            #expect(row[1] == (isOK ? "ok" : "error") && row[2] == "1", "\(row); \(note)")
            #expect(numbers[1] == (isOK ? 1 : 0), "\(row); \(note)")
            #expect(attempts == crashed + numbers[1] && numbers[5] == attempts, "\(row); \(note)")
            #expect(numbers[4] == attempts + interrupted, "\(row); \(note)")
            let asked = requests[row[0], default: 0]
            #expect((1...numbers[4]).contains(asked), "asked \(asked) times: \(row); \(note)")
        }
        #expect(crashes <= scene.kills[.child, default: 0], note)
        let again = requests.values.reduce(0, +) - prompts.count
        #expect(again <= scene.allowance, "\(again) requests again after \(scene.killed); \(note)")
        let lines = try scene.batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(lines.map { String($0["attempts"] as? Int ?? 0) } == rows.map { $0[3] }, note)
        #expect(lines.map { $0["status"] as? String } == rows.map { $0[1] }, note)
        let workers = try scene.batch.query("SELECT count(*) FROM workers WHERE ended_at IS NULL")
        #expect(workers == [["0"]], note)
        if Self.isLong { print("\(note): killed \(scene.killed); \(again) of \(scene.allowance) requests again") }
        return rows.contains { $0[1] != "ok" }
    }
}
