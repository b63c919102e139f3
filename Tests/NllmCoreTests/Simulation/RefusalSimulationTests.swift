import Foundation
import Testing

@testable import NllmCore

/// Providers that refuse everything, over simulated time.
@Suite struct RefusalSimulationTests {
    private typealias Model = SimulatedBatch.Model

    private func pause(of model: String, in batch: SimulatedBatch) -> ModelPause? {
        if case .pause(let pause)? = batch.waits[model] { pause } else { nil }
    }

    @Test(arguments: [FailureKind.rateLimited, .overloaded], [nil, 0, 30, 290] as [Double?])
    func aModelThatRefusesEverythingIsGivenUpAndNoOtherIs(kind: FailureKind, retryAfter: Double?) {
        let refusal = Failure(kind: kind, message: "too many", retryAfter: retryAfter)
        var batch = SimulatedBatch(
            [
                Model(name: "refuses", cells: 1000, latency: 0.2, failure: { _ in refusal }),
                Model(name: "good", cells: 100),
            ], places: 8)
        batch.work()
        #expect(batch.count("good") == 100)
        #expect(batch.models[0].cells == 1000)
        let pause = pause(of: "refuses", in: batch)
        #expect(pause?.kind == kind)
        #expect(pause?.message.hasPrefix("refused every request for ") == true)
        #expect(pause?.message.hasSuffix(" min: too many") == true)
        let last = batch.starts.last { $0.model == "refuses" }?.time ?? 0
        // At the slowest pace, or after what the provider asked for, it may be a while until another refusal shows it.
        #expect((295...300 + max(62, 1.1 * (retryAfter ?? 0))).contains(last))
        let before = batch.count("refuses")
        batch.work(probing: true)
        #expect(batch.count("refuses") == before + 1)
        batch.models[0].failure = { _ in nil }
        batch.work(probing: true)
        #expect(batch.models[0].cells == 0)
    }

    @Test(arguments: [400.0, 7200])
    func itMayRefuseForAsLongAsOneWaits(maxWait: Double) {
        let refusal = Failure(kind: .rateLimited, message: "too many", retryAfter: maxWait / 1.5)
        var batch = SimulatedBatch(
            [Model(name: "refuses", cells: 100, latency: 0.2, failure: { _ in refusal })], places: 8)
        batch.maxWait = maxWait
        batch.work()
        #expect(pause(of: "refuses", in: batch) != nil)
        #expect((maxWait...maxWait * 1.5).contains(batch.starts.last?.time ?? 0))
    }

    @Test func oneAnswerInAWhileIsEnough() {
        let refusal = Failure(kind: .rateLimited, message: "too many")
        // Every 200 seconds a few seconds are free.
        var batch = SimulatedBatch(
            [
                Model(
                    name: "busy", cells: 60, latency: 0.2,
                    failure: { SimulatedBatch.seconds($0).truncatingRemainder(dividingBy: 200) < 20 ? nil : refusal })
            ], places: 8)
        batch.work()
        #expect(pause(of: "busy", in: batch) == nil)
        #expect(batch.models[0].cells == 0)
    }

    @Test func whatIsStillUnderWayMayBeAnswered() {
        let refusal = Failure(kind: .rateLimited, message: "too many")
        let begin = SimulatedBatch.begin
        var batch = SimulatedBatch(
            [Model(name: "slow", cells: 8, latency: 900, failure: { $0 < begin + 1 ? refusal : nil })], places: 8)
        batch.work()
        #expect(pause(of: "slow", in: batch) == nil)
        #expect(batch.models[0].cells == 0)
    }

    @Test func aRefusalOfYesterdayIsNotPartOfTodaysRow() {
        let start = Date(timeIntervalSince1970: 1_000_000)
        var throttle = Throttle(now: start)
        let refusal = Failure(kind: .rateLimited, message: "", retryAfter: 60)
        throttle.failed(refusal, startedAt: start, now: start, used: 8, jitter: 0)
        throttle.refresh(now: start + 86_400)
        throttle.failed(refusal, startedAt: start + 86_400, now: start + 86_401, used: 8, jitter: 0)
        #expect(throttle.refusal(ofAtLeast: 300, startedAt: start + 86_400, now: start + 86_401) == nil)
        #expect(throttle.refusedSince == start + 86_401)
    }

    @Test(arguments: FailureKind.allCases.filter { !$0.isRefusal })
    func onlyWhatTheProviderHasLookedAtEndsTheRow(kind: FailureKind) {
        let start = Date(timeIntervalSince1970: 1_000_000)
        var throttle = Throttle(now: start)
        throttle.failed(Failure(kind: .overloaded, message: ""), startedAt: start, now: start, used: 8, jitter: 0)
        throttle.failed(Failure(kind: kind, message: ""), startedAt: start + 1, now: start + 2, used: 8, jitter: 0)
        #expect((throttle.refusedSince == nil) == [.quota, .auth, .modelUnknown, .request].contains(kind))
    }
}
