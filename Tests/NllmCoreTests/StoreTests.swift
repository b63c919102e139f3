import Foundation
import Testing

@testable import NllmCore

/// The store's promises about leases, on a scratch file and with time as a value.
@Suite struct StoreTests {
    private let scratch = ScratchFolder()
    private var folder: String { scratch.path }
    private let start = Date(timeIntervalSince1970: 1_000_000)

    /// A store with one run of that many prompts on one model.
    private func store(prompts: Int) async throws -> (Store, Run) {
        try await scratch.enqueue(prompts: prompts)
    }

    private func worker(_ store: Store) async throws -> WorkerID {
        try await store.register(.current(), now: start)
    }

    private func report(_ claim: Claim, _ end: Execution.End, text: String = "answer", retryAt: Date? = nil) -> Report {
        let execution = Execution(end: end, stdout: Array(text.utf8), startedAt: start, finishedAt: start + 1)
        let outcome = Outcome(execution, timeout: nil, maxMemory: nil, keepsRaw: false)
        return Report(claim: claim, outcome: outcome, command: ["llm"], retryAt: retryAt)
    }

    @Test func aCellIsClaimedOnceInTheOrderOfThePrompts() async throws {
        let (store, run) = try await store(prompts: 5)
        let (first, second) = (try await worker(store), try await worker(store))
        let a = try await store.claim(worker: first, run: run.id, limit: 2, now: start).claims
        let b = try await store.claim(worker: second, run: run.id, limit: 10, now: start).claims
        #expect(a.map(\.prompt) == ["000001", "000002"])
        #expect(b.map(\.prompt) == ["000003", "000004", "000005"])
        #expect(try await store.claim(worker: first, run: run.id, limit: 1, now: start).claims.isEmpty)
    }

    @Test func aWaitingRetryIsClaimedWhenItsTimeHasCome() async throws {
        let (store, run) = try await store(prompts: 1)
        let id = try await worker(store)
        let claim = try #require(try await store.claim(worker: id, run: run.id, limit: 1, now: start).claims.first)
        _ = try await store.record([report(claim, .exited(code: 1), retryAt: start + 10)], now: start)
        #expect(try await store.claim(worker: id, run: run.id, limit: 1, now: start + 9).claims.isEmpty)
        #expect(try await store.claimableRuns(nil) == [run.id])
        let again = try #require(try await store.claim(worker: id, run: run.id, limit: 1, now: start + 10).claims.first)
        #expect(again.tries == 1)
        #expect(again.lease == claim.lease + 1)
    }

    @Test func aPausedRunGivesNoCells() async throws {
        let (store, run) = try await store(prompts: 1)
        let id = try await worker(store)
        #expect(try await store.pause(run))
        #expect(try await store.claimableRuns(nil).isEmpty)
        #expect(try await store.claim(worker: id, run: run.id, limit: 1, now: start).claims.isEmpty)
        let outlook = try await store.outlook(runs: [run.id], worker: id, counting: [], maxWait: 1, now: start)
        #expect(outlook.cells == 0)
        #expect(outlook.paused == 1)
        #expect(try await store.resume(run).wasHeldBack)
        #expect(try await store.claim(worker: id, run: run.id, limit: 1, now: start).claims.count == 1)
    }

    @Test func theCellsOfADeadWorkerAreDoneAgainWithoutCountingAnAttempt() async throws {
        let (store, run) = try await store(prompts: 2)
        let (dead, other) = (try await worker(store), try await worker(store))
        _ = try await store.claim(worker: dead, run: run.id, limit: 2, now: start).claims
        #expect(try await store.takeOver(worker: dead, now: start + 40) == 2)
        #expect(try await store.takeOver(worker: dead, now: start + 40) == 0)
        let claims = try await store.claim(worker: other, run: run.id, limit: 2, now: start + 40).claims
        #expect(claims.map(\.tries) == [0, 0])
        #expect(try await store.heartbeat(worker: dead, now: start + 50) == false)
        #expect(try await store.verify().isEmpty)
    }

    @Test func aWorkerThatWasGivenUpClaimsNothing() async throws {
        let (store, run) = try await store(prompts: 1)
        let id = try await worker(store)
        try await store.takeOver(worker: id, now: start + 40)
        #expect(try await store.claim(worker: id, run: run.id, limit: 1, now: start + 41).claims.isEmpty)
    }

    @Test func anAnswerAfterItsLeaseWasLostBecomesTheResultIfThereIsNone() async throws {
        let (store, run) = try await store(prompts: 1)
        let (slow, other) = (try await worker(store), try await worker(store))
        let late = try #require(try await store.claim(worker: slow, run: run.id, limit: 1, now: start).claims.first)
        try await store.takeOver(worker: slow, now: start + 40)
        let mine = try #require(
            try await store.claim(worker: other, run: run.id, limit: 1, now: start + 40).claims.first)
        // The slow worker's answer arrives while the other one works: it is the result, and the other's lease is gone.
        let recorded = try await store.record([report(late, .exited(code: 0), text: "late")], now: start + 41)
        #expect(recorded.results[run.id]?.count == 1)
        #expect(recorded.ended == [run.id])
        #expect(try await store.leases(worker: other).isEmpty)
        // The other's answer arrives as well: it is kept, and changes nothing.
        let second = try await store.record([report(mine, .exited(code: 0), text: "second")], now: start + 42)
        #expect(second.results.isEmpty)
        var cells: [CellRecord] = []
        try store.forEachCell(of: run, CellSelection()) { cells.append($0) }
        #expect(cells.map(\.status) == [.ok])
        #expect(cells[0].attempts.map(\.outcome) == ["interrupted", "ok", "ok"])
        #expect(cells[0].attempts.compactMap(\.text) == ["late", "second"])
        #expect(cells[0].attempts.map(\.number) == [nil, 1, nil])
        #expect(try await store.verify().isEmpty)
    }

    @Test func aFailureAfterItsLeaseWasLostChangesNothing() async throws {
        let (store, run) = try await store(prompts: 1)
        let id = try await worker(store)
        let claim = try #require(try await store.claim(worker: id, run: run.id, limit: 1, now: start).claims.first)
        #expect(try await store.cancel(run, CellSelection()) == 1)
        let recorded = try await store.record([report(claim, .exited(code: 1))], now: start + 1)
        #expect(recorded.results.isEmpty)
        let counts = try await store.progress(of: run).counts
        #expect(counts[.cancelled] == 1 && counts.total == 1)
    }

    @Test func anInterruptedCellGoesBackWithoutCountingAnAttempt() async throws {
        let (store, run) = try await store(prompts: 1)
        let id = try await worker(store)
        let claim = try #require(try await store.claim(worker: id, run: run.id, limit: 1, now: start).claims.first)
        var interrupted = report(claim, .signaled(15))
        interrupted.outcome.status = .interrupted
        _ = try await store.record([interrupted], now: start + 1)
        let again = try #require(try await store.claim(worker: id, run: run.id, limit: 1, now: start + 1).claims.first)
        #expect(again.tries == 0)
    }

    @Test func retryGivesAFullNewSetOfTries() async throws {
        let (store, run) = try await store(prompts: 1)
        let id = try await worker(store)
        let claim = try #require(try await store.claim(worker: id, run: run.id, limit: 1, now: start).claims.first)
        let recorded = try await store.record([report(claim, .signaled(9))], now: start)
        #expect(recorded.ended == [run.id])
        var failed = CellSelection()
        failed.failures = [.crashed]
        #expect(try await store.retry(run, failed) == 1)
        let again = try #require(try await store.claim(worker: id, run: run.id, limit: 1, now: start + 1).claims.first)
        #expect(again.tries == 0)
        // The crash before belongs to the earlier tries.
        #expect(again.history.isEmpty)
        let final = try await store.record([report(again, .exited(code: 0))], now: start + 2)
        #expect(final.ended == [run.id])
        #expect(try await store.progress(of: run).counts[.ok] == 1)
        #expect(try await store.verify().isEmpty)
    }
}
