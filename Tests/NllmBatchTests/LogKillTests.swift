import Foundation
import Testing

/// The promise: nothing that happens to a worker harms the user's own `llm`.
///
/// `NLLM_BATCH_SOAK=1` makes it long, `NLLM_BATCH_KILLS` says how many kills there are of each executor, and
/// `NLLM_BATCH_SEED` repeats the choices of an earlier run.
@Suite struct LogKillTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let isLong = variables["NLLM_BATCH_SOAK"] == "1"
    private static let kills = variables["NLLM_BATCH_KILLS"].flatMap { Int($0) } ?? (isLong ? 200 : 2)

    @Test(arguments: ["process", "fork", "shared"])
    func killedWhileLLMIsNewAWorkerLeavesAnLLMThatWorks(executor: String) async throws {
        let seed = Self.variables["NLLM_BATCH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64.max)
        let note: Comment = "repeat with NLLM_BATCH_SEED=\(seed)"
        var random = SeededGenerator(seed)
        let batch = try Batch()
        try batch.write("ping", to: "prompt.txt")
        var kills = 0
        while kills < Self.kills {
            let user = batch.directory + "/users/\(kills)"
            let environment = ["LLM_USER_PATH": user]
            let run = "run-\(kills)"
            try await batch.run(
                ["enqueue", "prompt.txt", "-m", "echo", "--no-check", "--run", run], environment: environment
            ).expectSuccess()
            let work = ["work", run, "--executor", executor]
            let worker = try await batch.start(Batch.binary, work, environment: environment)
            let moment = try await Self.wait(
                for: Self.moment(number: kills, &random), of: worker, user + "/logs.db", &random)
            worker.signal(SIGKILL)
            _ = try await worker.result()
            kills += 1
            try await batch.command(
                Batch.venv + "/llm", ["-n", "-m", "echo", "x"], environment: environment
            ).expectSuccess("\(executor), \(moment); \(note)")
        }
        try await Self.expectNoHarm(batch, executor, note)
    }

    /// When a worker is killed, within its first two seconds.
    private enum Moment: CaseIterable {
        /// After so many changes of the log: `llm` by itself makes some 400, and the later ones are not to be repeated.
        case changes
        /// Soon after the log is there.
        case soon
        /// At any time.
        case anyTime
    }

    private static func moment(number: Int, _ random: inout SeededGenerator) -> Moment {
        guard isLong else { return number % 2 == 1 ? .soon : .changes }
        return Moment.allCases.randomElement(using: &random) ?? .soon
    }

    /// Waits for a moment, and says which it was.
    private static func wait(
        for moment: Moment, of worker: RunningProcess, _ log: String, _ random: inout SeededGenerator
    ) async throws -> String {
        if moment == .anyTime {
            let delay = Int.random(in: 0...2000, using: &random)
            try await Task.sleep(for: .milliseconds(delay))
            return "\(delay) ms after its start"
        }
        let changes = moment == .soon ? 1 : Int.random(in: 120...350, using: &random)
        let first = state(of: log)
        var (seen, last, since) = (0, first, ContinuousClock.now)
        // Nothing is waited for here: any moment is right.
        while seen < changes, last == first || .now - since < .milliseconds(300), !OSProcess.isGone(worker.pid) {
            try await Task.sleep(for: .microseconds(300))
            let now = state(of: log)
            if now != last { (seen, last, since) = (seen + 1, now, .now) }
        }
        if moment == .soon { try await Task.sleep(for: .milliseconds(Int.random(in: 0...80, using: &random))) }
        return "\(moment), after \(seen) changes of the log"
    }

    /// What changes when something is written.
    private static func state(of log: String) -> [Int] {
        ["", "-journal"].flatMap { suffix -> [Int] in
            var info = stat()
            guard stat(log + suffix, &info) == 0 else { return [-1] }
            #if canImport(Darwin)
                let time = info.st_mtimespec
            #else
                let time = info.st_mtim
            #endif
            return [Int(info.st_size), time.tv_sec, time.tv_nsec]
        }
    }

    /// That the runs can be finished in the last of these folders, and no attempt ended for a broken log.
    private static func expectNoHarm(_ batch: Batch, _ executor: String, _ note: Comment) async throws {
        let environment = ["LLM_USER_PATH": batch.directory + "/users/\(kills - 1)"]
        try await batch.run(["work", "--executor", executor, "-j", "8"], environment: environment).expectSuccess(note)
        let cells = try batch.query("SELECT status, count(*) FROM cells GROUP BY status")
        #expect(cells == [["ok", String(kills)]], note)
        let outcomes = try batch.query(
            "SELECT DISTINCT outcome, failure_kind FROM attempts WHERE outcome NOT IN ('ok', 'interrupted')")
        #expect(outcomes == [], note)
    }
}
