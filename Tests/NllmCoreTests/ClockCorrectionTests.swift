import Foundation
import Testing

@testable import NllmCore

/// What a clock that was ahead has left in the store is corrected by those that come after it; time comes in as a value.
@Suite struct ClockCorrectionTests {
    private let scratch = ScratchFolder()
    private var folder: String { scratch.path }
    /// The time by the right clock.
    private let now = Date(timeIntervalSince1970: 1_000_000)
    /// By how much the other one was ahead.
    private let ahead = 90_000.0

    private func store(_ prompts: Int, run name: String = "r", cache: Double? = nil) async throws -> (Store, Run) {
        var settings = RunSettings.Given()
        settings.cache = cache
        return try await scratch.enqueue(name, prompts: prompts, settings: settings)
    }

    /// Ends a claim with a failure or an answer a second after `time`.
    private func end(
        _ claim: Claim, in store: Store, error: String? = nil, at time: Date, retryIn: Double? = nil,
        maxWait: Double = 300
    ) async throws {
        let execution = Execution(
            end: .exited(code: error == nil ? 0 : 1), stdout: Array((error == nil ? "answer" : "").utf8),
            stderr: Array((error ?? "").utf8), startedAt: time, finishedAt: time + 1)
        let outcome = Outcome(execution, timeout: nil, maxMemory: nil, keepsRaw: false)
        var report = Report(claim: claim, outcome: outcome, command: ["llm"])
        report.retryAt = retryIn.map { time + 1 + $0 }
        report.maxWait = maxWait
        _ = try await store.record([report], now: time + 1)
    }

    private func claim(_ store: Store, _ run: Run, limit: Int = 1, at time: Date) async throws -> [Claim] {
        let worker = try await store.register(.current(), now: time)
        return try await store.claim(worker: worker, run: run.id, limit: limit, now: time).claims
    }

    @Test(arguments: [20.0, 3600])
    func aRetryWaitsAsLongFromNowOnAsAfterItsFailure(wait: Double) async throws {
        let (store, run) = try await store(2)
        let first = try await claim(store, run, limit: 2, at: now + ahead)
        for claim in first {
            try await end(claim, in: store, error: "Error: boom", at: now + ahead, retryIn: wait)
        }
        // Who only looks sees what a worker will do.
        let progress = try await store.progress(of: run, now: now)
        #expect(progress.models[0].wait == Wait(.worker))
        let looker = try await store.outlook(runs: [run.id], worker: 0, counting: [], maxWait: 300, now: now)
        #expect(looker.stuck.map(\.wait.until) == (wait > 330 ? [now + wait] : []))
        #expect(try await claim(store, run, at: now).isEmpty)
        // Corrected once, it is not put off again.
        for second in stride(from: 2.0, through: wait - 1, by: wait / 5) {
            try await store.correctTimesAhead(now: now + second)
            #expect(try await claim(store, run, at: now + second).isEmpty)
        }
        #expect(try await claim(store, run, limit: 2, at: now + wait).count == 2)
    }

    /// Each look corrects what it reads, which must not put off its end for ever.
    @Test func aHoldOfTomorrowIsOverThoughNothingIsStartedUntilThen() async throws {
        let (store, run) = try await store(3)
        let first = try await claim(store, run, at: now + ahead)
        let refusal = "Error: Error code: 429 - Please try again in 30s"
        try await end(first[0], in: store, error: refusal, at: now + ahead, retryIn: 30)
        for second in stride(from: 2.0, to: 30, by: 2) {
            try await store.correctTimesAhead(now: now + second)
            #expect(try await claim(store, run, at: now + second).isEmpty)
        }
        #expect(try await claim(store, run, at: now + 40).count == 1)
    }

    @Test func aBucketOfTomorrowFillsThoughNothingIsStartedUntilThen() async throws {
        let (store, run) = try await store(3)
        let limits = [Limit(name: "m", kind: .requests, amount: 2, models: ["m"])]
        let worker = try await store.register(.current(), limits: limits, now: now + ahead)
        #expect(try await store.claim(worker: worker, run: run.id, limit: 3, now: now + ahead).claims.count == 1)
        for second in stride(from: 2.0, to: 20, by: 2) {
            try await store.correctTimesAhead(now: now + second)
            #expect(try await store.claim(worker: worker, run: run.id, limit: 3, now: now + second).claims.isEmpty)
        }
        #expect(try await store.claim(worker: worker, run: run.id, limit: 3, now: now + 60).claims.count == 1)
    }

    @Test func aWaitThatIsRightIsLeftAlone() async throws {
        let (store, run) = try await store(1)
        let first = try await claim(store, run, at: now)
        try await end(first[0], in: store, error: "Error: boom", at: now, retryIn: 7200)
        try await store.correctTimesAhead(now: now + 2)
        #expect(try await claim(store, run, at: now + 7200).isEmpty)
        #expect(try await claim(store, run, at: now + 7201).count == 1)
    }

    @Test func aModelThatWasPausedTomorrowIsFoundToBeMendedToday() async throws {
        let (store, run) = try await store(6)
        for claim in try await claim(store, run, limit: 3, at: now + ahead) {
            try await end(claim, in: store, error: "Error: Error code: 401 - bad key", at: now + ahead)
        }
        let probe = try await claim(store, run, limit: 6, at: now)
        #expect(probe.count == 1)
        try await end(probe[0], in: store, at: now + 1)
        #expect(try await claim(store, run, limit: 6, at: now + 3).count == 5)
    }

    @Test func spendingCountsForItsTimeFromNowOn() async throws {
        let (store, run) = try await store(1)
        let claim = try await claim(store, run, at: now + ahead)
        try await end(claim[0], in: store, at: now + ahead)
        let budget = Budget(maxTokens: 100, window: 3600)
        _ = try await store.register(.current(), now: now)
        #expect(try await store.spent(budget, now: now + 3500).tokens > 0)
        #expect(try await store.spent(budget, now: now + 3700).tokens == 0)
        #expect(try await store.spent(budget, now: now + ahead).tokens == 0)
    }

    @Test(arguments: [-90_000.0, -3600, 3600, 90_000])
    func aRunInWhichTheClockWasSetIsMarked(step: Double) async throws {
        let (store, run) = try await store(2)
        let worker = try await store.register(.current(), now: now)
        let claims = try await store.claim(worker: worker, run: run.id, limit: 2, now: now).claims
        try await end(claims[0], in: store, at: now)
        try await store.noteClockSet(by: step, worker: worker, now: now + 2 + step)
        // What is in flight goes on from where it was.
        let running = try await store.liveSeconds(now: now + 3 + step)
        #expect(running == [3])
        try await end(claims[1], in: store, at: now + 4 + step)
        let progress = try await store.progress(of: run, now: now + 6 + step)
        #expect(progress.counts[.ok] == 2)
        #expect(try await store.marksOfSetClocks() == [1])
    }

    @Test func aRunThatStartedTomorrowIsMarked() async throws {
        let (store, run) = try await store(1)
        _ = try await claim(store, run, at: now + ahead)
        // Its worker is gone, and a later one goes on.
        let worker = try #require(try await store.workers().first)
        try await store.takeOver(worker: worker.id, now: now)
        let claim = try await claim(store, run, at: now + 1)
        try await end(claim[0], in: store, at: now + 1)
        #expect(try await store.marksOfSetClocks() == [1])
        let attempts = try await store.times()
        #expect(attempts.allSatisfy { $0.duration >= 0 && $0.duration <= 30_000 && $0.end - $0.start == $0.duration })
    }

    @Test func anInterruptedAttemptLastedNoLongerThanItsWorkerLived() async throws {
        let (store, run) = try await store(1)
        let worker = try await store.register(.current(), now: now)
        _ = try await store.claim(worker: worker, run: run.id, limit: 1, now: now + 1)
        _ = try await store.heartbeat(worker: worker, now: now + 20)
        try await store.takeOver(worker: worker, now: now + ahead)
        #expect(try await store.times().map(\.duration) == [49_000])
    }

    @Test(arguments: [1.0, -3600, -90_000])
    func aRateCountsWhatHasEnded(offset: Double) async throws {
        let (store, run) = try await store(20)
        let claims = try await claim(store, run, limit: 8, at: now)
        for (index, claim) in claims.enumerated() {
            try await end(claim, in: store, at: now + Double(index))
        }
        let rate = try await store.rate(of: run, now: now + 9 + offset)
        #expect(offset > 0 ? rate.map { (0.6...1.2).contains($0) } == true : rate == nil)
    }

    @Test func whatHasOnlyJustEndedTellsNoRate() async throws {
        let (store, run) = try await store(20)
        for claim in try await claim(store, run, limit: 8, at: now) { try await end(claim, in: store, at: now) }
        #expect(try await store.rate(of: run, now: now + 1.002) == nil)
    }

    @Test(arguments: [(3600.0, 0), (DurationText.anyAge, 1)])
    func anAnswerOfTomorrowIsOfAnyAgeOnly(age: Double, taken: Int) async throws {
        let (store, run) = try await store(1)
        let claim = try await claim(store, run, at: now + ahead)
        try await end(claim[0], in: store, at: now + ahead)
        let (_, second) = try await self.store(1, run: "s")
        let worker = try await store.register(.current(), now: now)
        #expect(try await store.takeCached(run: second.id, age: age, worker: worker, now: now) == taken)
    }

    // MARK: Refusals

    @Test func refusalsCountAcrossWorkersAndGiveTheModelUp() async throws {
        let (store, run) = try await store(5)
        let refusal = "Error: Error code: 429 - too many"
        for second in [0.0, 100, 200] {
            let claim = try await claim(store, run, at: now + second)
            try await end(try #require(claim.first), in: store, error: refusal, at: now + second, retryIn: 50)
        }
        #expect(try await store.progress(of: run, now: now + 210).models[0].pause == nil)
        // Two under way: the first of them to be refused does not speak for the other.
        let worker = try await store.register(.current(), now: now + 400)
        let claims = try await store.claim(worker: worker, run: run.id, limit: 1, now: now + 400).claims
        try await end(claims[0], in: store, error: refusal, at: now + 400)
        let pause = try #require(try await store.progress(of: run, now: now + 402).models[0].pause)
        #expect(pause.kind == .rateLimited)
        #expect(pause.message == "refused every request for 6 min: Error code: 429 - too many")
        // It keeps its cells, also the one that had no retry left.
        #expect(try await store.progress(of: run, now: now + 402).counts[.pending] == 5)
        let looker = try await store.outlook(runs: [run.id], worker: worker, counting: [], maxWait: 300, now: now + 402)
        #expect(looker.cells == 0)
        #expect(looker.stuck.map(\.cells) == [5])
        // Resumed, it gets as much time as before.
        _ = try await store.resume(run, now: now + 410)
        let again = try await claim(store, run, at: now + 500)
        try await end(try #require(again.first), in: store, error: refusal, at: now + 500, retryIn: 1)
        #expect(try await store.progress(of: run, now: now + 502).models[0].pause == nil)
    }
}

extension RunProgress.Model {
    fileprivate var pause: ModelPause? { if case .pause(let pause)? = wait?.reason { pause } else { nil } }
}

extension Store {
    fileprivate func spent(_ budget: Budget, now: Date) throws -> Spending {
        try spending(against: budget, runs: [], now: now)
    }

    /// Seconds since the claims of the cells that run.
    fileprivate func liveSeconds(now: Date) throws -> [Double] {
        try database.rows("SELECT claimed_at FROM cells WHERE status = 'running'") { row in
            now.timeIntervalSince(Date(milliseconds: try row.int("claimed_at")))
        }
    }

    fileprivate func rate(of run: Run, now: Date) throws -> Double? {
        try measured(progress(of: run, now: now), now: now).rate
    }

    /// Whether each run is marked as one whose times cannot be compared.
    fileprivate func marksOfSetClocks() throws -> [Int] {
        try database.rows("SELECT clock_set FROM runs") { try $0.int("clock_set") }
    }

    /// The times of all attempts in milliseconds.
    fileprivate func times() throws -> [(start: Int, end: Int, duration: Int)] {
        try database.rows("SELECT started_at, finished_at, duration_ms FROM attempts") { row in
            (try row.int("started_at"), try row.int("finished_at"), try row.int("duration_ms"))
        }
    }
}
