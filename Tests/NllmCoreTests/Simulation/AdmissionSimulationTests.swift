import Foundation
import Testing

@testable import NllmCore

/// Each limit with its expected course, over simulated time.
@Suite struct AdmissionSimulationTests {
    private typealias Model = SimulatedBatch.Model

    /// The most starts in any minute.
    private func most(in batch: SimulatedBatch) -> Int {
        let times = batch.starts.map(\.time)
        return times.map { time in times.filter { $0 >= time && $0 < time + 60 }.count }.max() ?? 0
    }

    @Test(arguments: [1.0, 7, 30, 60, 200])
    func aRateIsKeptInEveryMinuteAndNearlyReached(perMinute: Double) {
        let limit = Limit(name: "m", kind: .requests, amount: perMinute, models: ["m"])
        var batch = SimulatedBatch([Model(name: "m", cells: 10_000, latency: 0.2)], places: 64, limits: [limit])
        batch.work(seconds: 600)
        #expect(most(in: batch) <= Int(perMinute))
        #expect(Double(batch.starts.count) >= 0.95 * perMinute * 10)
    }

    @Test func aLimitOfAGroupCountsAllOfItsModelsAndNoOther() {
        let limit = Limit(name: "key", kind: .requests, amount: 60, models: ["a*"])
        let models = ["a1", "a2", "b"].map { Model(name: $0, cells: 500, latency: 0.2) }
        var batch = SimulatedBatch(models, places: 9, limits: [limit])
        batch.work(seconds: 120)
        #expect(batch.count("b") == 500)
        #expect((115...120).contains(batch.count("a1") + batch.count("a2")))
        #expect(abs(batch.count("a1") - batch.count("a2")) <= 1)
        #expect(batch.waits["a1"] == .limit(limit))
    }

    @Test func aRequestLargerThanExpectedIsPaidBackByWaiting() {
        let limit = Limit(name: Limit.ofAllModels, kind: .tokens, amount: 6000)
        let large = Reservation(cost: nil, tokens: 1000, expected: 1000)
        var batch = SimulatedBatch(
            [Model(name: "m", cells: 100, latency: 0.1, reservation: large)], places: 8, limits: [limit])
        batch.work(seconds: 100)
        // 97 tokens come in a second, and the next request starts when the last one is paid back.
        #expect(batch.starts.map { (($0.time + 0.6) / 10.31).rounded() } == (0..<batch.starts.count).map(Double.init))
        #expect(batch.starts.count == 10)
    }

    @Test func concurrencyOfAModelAndOfAGroupIsKeptBesideTheWorkers() {
        let limits = [
            Limit(name: "a", kind: .concurrency, amount: 2, models: ["a"]),
            Limit(name: "both", kind: .concurrency, amount: 3, models: ["a", "b"]),
        ]
        var batch = SimulatedBatch(
            ["a", "b", "c"].map { Model(name: $0, cells: 50) }, places: 16, limits: limits)
        batch.work()
        #expect(batch.cellsAtATime["a"] == 2)
        #expect(batch.cellsAtATime["b"] ?? 0 <= 3)
        #expect(batch.cellsAtATime["c"] ?? 0 > 3)
        #expect(batch.starts.count == 150)
    }

    @Test func aSlowModelHoldsUpNoOther() {
        var batch = SimulatedBatch(
            [Model(name: "slow", cells: 100, latency: 30), Model(name: "fast", cells: 100, latency: 0.5)], places: 4)
        batch.work(seconds: 60)
        // Two places each: a hundred answers of half a second in two places take 25 s.
        #expect(batch.count("fast") == 100)
        #expect(batch.starts.last { $0.model == "fast" }?.time ?? 99 < 26)
        #expect(batch.starts.prefix(4).map(\.model) == ["slow", "fast", "slow", "fast"])
    }

    @Test func aModelThatIsHeldBackKeepsNoOtherWaiting() {
        let held = Failure(kind: .rateLimited, message: "later", httpStatus: 429, retryAfter: 120)
        let first = SimulatedBatch.begin.addingTimeInterval(0.5)
        var batch = SimulatedBatch(
            [
                Model(name: "held", cells: 10, latency: 1, failure: { $0 < first ? held : nil }),
                Model(name: "free", cells: 100, latency: 1),
            ], places: 8)
        batch.work()
        let again = batch.starts.filter { $0.model == "held" && $0.time > 1 }.map(\.time)
        #expect(again.first ?? 0 >= 121)
        #expect(again.first ?? 999 < 122)
        #expect(batch.starts.last { $0.model == "free" }?.time ?? 999 < 20)
        #expect(batch.starts.filter { $0.model == "held" }.count > 10)
    }

    @Test func aModelThatCannotBeUsedStopsAfterThreeAndIsProbed() {
        let refused = Failure(kind: .auth, message: "bad key", httpStatus: 401)
        let mended = SimulatedBatch.begin.addingTimeInterval(1000)
        var batch = SimulatedBatch(
            [
                Model(name: "broken", cells: 100, failure: { $0 < mended ? refused : nil }),
                Model(name: "good", cells: 40),
            ], places: 4)
        batch.work()
        #expect(batch.count("broken") <= 3 + 4)
        #expect(batch.count("good") == 40)
        guard case .pause(let pause) = batch.waits["broken"] else {
            Issue.record("not paused: \(batch.waits)")
            return
        }
        #expect(pause.kind == .auth)
        let before = batch.count("broken")
        batch.work(probing: true)
        #expect(batch.count("broken") == before + 1)
        batch.models[0].failure = { _ in nil }
        batch.work(probing: true)
        #expect(batch.models[0].cells == 0)
    }

    @Test(arguments: [1, 5])
    func aBudgetIsNeverPassedAndNearlyUsedWhetherInOneGoOrInSeveral(goes: Int) {
        // At worst twice of what it comes to.
        let reservation = Reservation(cost: 0.02, tokens: 200, expected: 100)
        var batch = SimulatedBatch(
            [Model(name: "m", cells: 200, reservation: reservation, cost: 0.01, tokens: 100)], places: 16,
            budget: Budget(maxCost: 0.5))
        for go in 1...goes { batch.work(seconds: go < goes ? Double(go) * 2 : .infinity) }
        #expect(batch.spent.cost <= 0.5 + 1e-9)
        #expect(batch.spent.cost >= 0.48)
        guard case .cost = batch.waits["m"] else {
            Issue.record("stopped for \(batch.waits)")
            return
        }
        // Until a cost is known, one cell runs alone.
        #expect(batch.starts.prefix(2).map(\.time) == [0, 1])
        #expect(batch.cellsAtATime["m"] ?? 0 > 4)
    }

    @Test func aBudgetOfTokensIsKeptToo() {
        let reservation = Reservation(cost: nil, tokens: 300, expected: 100)
        var batch = SimulatedBatch(
            [Model(name: "m", cells: 200, reservation: reservation, tokens: 250)], places: 16,
            budget: Budget(maxTokens: 10_000))
        batch.work()
        #expect((9_700...10_000).contains(batch.spent.tokens))
    }
}
