import Foundation
import Testing

@testable import NllmCore

/// What limits keep in the store, with time as a value.
@Suite struct LimitStoreTests {
    private let scratch = ScratchFolder()
    private var folder: String { scratch.path }
    private let start = Date(timeIntervalSince1970: 1_000_000)

    /// Adds a run of that many prompts on some models.
    private func enqueue(
        _ name: String, prompts: Int, models: [String] = ["m"], settings: RunSettings.Given = .init()
    ) async throws -> (Store, Run) {
        var configuration = Configuration()
        configuration.costSettings = ["m": [.input: .init(value: .integer(1), source: .builtIn)]]
        configuration.costSettings["m"]?[.output] = .init(value: .integer(1), source: .builtIn)
        return try await scratch.enqueue(
            name, prompts: prompts, models: models, settings: settings, configuration: configuration)
    }

    /// Records how a claim ended at that many seconds.
    private func end(_ claim: Claim, in store: Store, code: Int32 = 0, said: String = "", at seconds: Double)
        async throws
    {
        let execution = Execution(
            end: .exited(code: code), stdout: code == 0 ? Array("answer".utf8) : [], stderr: Array(said.utf8),
            startedAt: start + seconds - 0.1, finishedAt: start + seconds)
        let outcome = Outcome(execution, timeout: nil, maxMemory: nil, keepsRaw: false)
        _ = try await store.record([Report(claim: claim, outcome: outcome, command: ["llm"])], now: start + seconds)
    }

    @Test func freePlacesGoToTheModelsInTurn() async throws {
        let (store, run) = try await enqueue("r", prompts: 3, models: ["a", "b", "c"])
        let worker = try await store.register(.current(), now: start)
        let claims = try await store.claim(worker: worker, run: run.id, limit: 7, now: start).claims
        #expect(claims.map(\.label) == ["a", "b", "c", "a", "b", "c", "a"])
        #expect(claims.map(\.prompt) == ["000001", "000001", "000001", "000002", "000002", "000002", "000003"])
    }

    @Test func whatWasInterruptedGoesFirst() async throws {
        let (store, run) = try await enqueue("r", prompts: 5)
        let first = try await store.register(.current(), now: start)
        let claims = try await store.claim(worker: first, run: run.id, limit: 3, now: start).claims
        try await end(claims[0], in: store, at: 1)
        try await end(claims[1], in: store, at: 1)
        try await store.unregister(worker: first, now: start + 2)
        let second = try await store.register(.current(), now: start + 3)
        let next = try await store.claim(worker: second, run: run.id, limit: 1, now: start + 3).claims
        #expect(next.map(\.prompt) == ["000003"])
    }

    @Test func runsOfAHigherPriorityComeFirstThenOlderOnes() async throws {
        var high = RunSettings.Given()
        high.priority = 5
        let (_, old) = try await enqueue("old", prompts: 1)
        let (_, young) = try await enqueue("young", prompts: 1)
        let (store, urgent) = try await enqueue("urgent", prompts: 1, settings: high)
        #expect(try await store.claimableRuns(nil) == [urgent.id, old.id, young.id])
    }

    @Test func limitsHoldForAllWorkersWhileTheOneWorksThatBroughtThem() async throws {
        let (store, run) = try await enqueue("r", prompts: 20)
        var limits = [Limit(name: "m", kind: .concurrency, amount: 2, models: ["m"])]
        let strict = try await store.register(.current(), limits: limits, now: start)
        limits = [Limit(name: "m", kind: .concurrency, amount: 5, models: ["other"])]
        let other = try await store.register(.current(), limits: limits, now: start)
        // The smaller amount over the models of both.
        #expect(try await store.claim(worker: other, run: run.id, limit: 9, now: start).claims.count == 2)
        #expect(try await store.claim(worker: strict, run: run.id, limit: 9, now: start).claims.isEmpty)
        try await store.unregister(worker: strict, now: start)
        // The other's own limit is on another model.
        #expect(try await store.claim(worker: other, run: run.id, limit: 4, now: start).claims.count == 4)
    }

    @Test func aRateIsSharedAndRefilledByTime() async throws {
        let (store, run) = try await enqueue("r", prompts: 20)
        let limits = [Limit(name: Limit.ofAllModels, kind: .requests, amount: 60)]
        let first = try await store.register(.current(), limits: limits, now: start)
        let second = try await store.register(.current(), limits: limits, now: start)
        let round = try await store.claim(worker: first, run: run.id, limit: 5, now: start)
        #expect(round.claims.count == 1)
        #expect(abs((round.next ?? start).timeIntervalSince(start) - 60 / 58.2) < 0.001)
        #expect(try await store.claim(worker: second, run: run.id, limit: 5, now: start + 1).claims.isEmpty)
        #expect(try await store.claim(worker: second, run: run.id, limit: 5, now: start + 1.1).claims.count == 1)
        #expect(try await store.claim(worker: first, run: run.id, limit: 5, now: start + 1.2).claims.isEmpty)
    }

    @Test func aProbeThatCameToNothingIsMadeAgain() async throws {
        let (store, run) = try await enqueue("r", prompts: 6)
        let refusal = "Error: Error code: 401 - bad key"
        let first = try await store.register(.current(), now: start)
        for claim in try await store.claim(worker: first, run: run.id, limit: 3, now: start).claims {
            try await end(claim, in: store, code: 1, said: refusal, at: 1)
        }
        #expect(try await store.claim(worker: first, run: run.id, limit: 3, now: start + 2).claims.isEmpty)
        let second = try await store.register(.current(), now: start + 3)
        let probe = try await store.claim(worker: second, run: run.id, limit: 3, now: start + 3).claims
        #expect(probe.map(\.prompt) == ["000004"])
        // Its worker dies, and another one that works already tries again.
        try await store.unregister(worker: second, now: start + 4)
        let again = try await store.claim(worker: first, run: run.id, limit: 3, now: start + 5).claims
        #expect(again.map(\.prompt) == ["000004"])
        try await end(try #require(again.first), in: store, code: 1, said: refusal, at: 6)
        #expect(try await store.claim(worker: first, run: run.id, limit: 3, now: start + 7).claims.isEmpty)
        // Another cell is tried next, in case it was the prompt's fault.
        let third = try await store.register(.current(), now: start + 8)
        let other = try await store.claim(worker: third, run: run.id, limit: 3, now: start + 8).claims
        #expect(other.map(\.prompt) == ["000005"])
        try await end(try #require(other.first), in: store, at: 9)
        let rest = try await store.claim(worker: third, run: run.id, limit: 9, now: start + 10).claims
        #expect(Set(rest.map(\.prompt)) == ["000001", "000002", "000003", "000004", "000006"])
        // What fails again for its prompt alone does not pause the model again.
        for claim in rest where claim.prompt < "000005" {
            try await end(claim, in: store, code: 1, said: refusal, at: 11)
        }
        let progress = try await store.progress(of: run, now: start + 12)
        #expect(progress.models[0].counts[.error] == 4)
        if case .pause = progress.models[0].wait?.reason { Issue.record("paused again") }
    }

    @Test func aBudgetGoesOnWithWhatAKilledWorkerCounted() async throws {
        let (_, first) = try await enqueue("first", prompts: 1)
        let (store, second) = try await enqueue("second", prompts: 1)
        let budget = Budget(maxCost: 1)
        let killed = try await store.register(.current(), budget: budget, now: start)
        #expect(try await store.count([first.id, second.id], againstBudgetOf: killed) == [first.id, second.id])
        let later = try await store.register(.current(), budget: budget, now: start)
        #expect(try await store.count([second.id], againstBudgetOf: later) == [first.id, second.id])
        let (_, third) = try await enqueue("third", prompts: 1)
        let other = try await store.register(.current(), budget: budget, now: start)
        #expect(try await store.count([third.id], againstBudgetOf: other) == [third.id])
    }

    @Test func whatNobodyTellsTheCostOfCountsAtItsWorst() async throws {
        let (store, run) = try await enqueue("r", prompts: 3)
        let budget = Budget(maxCost: 0.5)
        let worker = try await store.register(.current(), budget: budget, now: start)
        let claim = try #require(try await store.claim(worker: worker, run: run.id, limit: 3, now: start).claims.first)
        try await store.unregister(worker: worker, now: start + 1)
        let next = try await store.register(.current(), budget: budget, now: start + 2)
        let after = try await store.spent(budget, runs: [run.id], now: start + 2)
        // A token a byte and 32, at a dollar for a thousand.
        #expect(after.cost == 0.04)
        #expect(claim.reservation.cost == 0.04)
        let again = try #require(
            try await store.claim(worker: next, run: run.id, limit: 3, now: start + 2).claims.first)
        // An answer without usage counts with a token for each byte of it.
        try await end(again, in: store, at: 3)
        let answered = try await store.spent(budget, runs: [run.id], now: start + 4)
        #expect(abs(answered.cost - 0.086) < 1e-9)
        #expect(answered.underWay == 0)
        let window = try await store.spent(Budget(maxCost: 0.5, window: 3600), runs: [], now: start + 4)
        #expect(abs(window.cost - 0.086) < 1e-9)
    }
}

extension Store {
    fileprivate func spent(_ budget: Budget, runs: [RunID], now: Date) throws -> Spending {
        try spending(against: budget, runs: runs, now: now)
    }
}
