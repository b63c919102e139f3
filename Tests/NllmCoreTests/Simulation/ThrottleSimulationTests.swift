import Foundation
import Testing

@testable import NllmCore

@Suite struct ThrottleSimulationTests {
    /// Rules about requests a second, in each wording of Retry-After and with each latency.
    static let rates: [SimulatedProvider] = [0.005, 0.05, 0.3, 1, 3].flatMap { latency in
        [SimulatedProvider.Rule.fixedWindow, .slidingWindow, .bucket(seconds: 1), .bucket(seconds: 5)].flatMap { rule in
            SimulatedProvider.Advice.allCases.map { SimulatedProvider(rule, advice: $0, latency: latency) }
        }
    }

    /// Which part of the possible was reached; no client gets the last answer sooner than it takes.
    private func share(_ result: Simulation.Result, of provider: SimulatedProvider) -> Double {
        let least = Double(result.answers.count) / provider.possible(slots: 64) + provider.latency
        return least / result.seconds
    }

    @Test(arguments: rates)
    func nearlyAllOfARateIsUsedAndLittleIsRefused(provider: SimulatedProvider) {
        let result = Simulation.run(provider, cells: 2000)
        #expect(result.answers.count == 2000)
        #expect(share(result, of: provider) >= (provider.latency < 3 ? 0.9 : 0.88))
        #expect(result.refusedShare <= 0.03)
        #expect(result.tooEarly == 0)
    }

    @Test(arguments: [SimulatedProvider.Rule.fixedWindow, .bucket(seconds: 1)], [0.05, 1])
    func aSlowRateIsKept(rule: SimulatedProvider.Rule, latency: Double) {
        let provider = SimulatedProvider(rule, perSecond: 2, latency: latency)
        let result = Simulation.run(provider, cells: 400)
        #expect(share(result, of: provider) >= 0.85)
        #expect(result.refusedShare <= 0.05)
        #expect(result.tooEarly == 0)
    }

    @Test(arguments: [SimulatedProvider.Rule.fixedWindow, .bucket(seconds: 1)], [0.05, 1])
    func aFastRateIsUsed(rule: SimulatedProvider.Rule, latency: Double) {
        let provider = SimulatedProvider(rule, perSecond: 200, latency: latency)
        let result = Simulation.run(provider, cells: 3000)
        #expect(share(result, of: provider) >= 0.9)
        #expect(result.refusedShare <= 0.03)
        #expect(result.tooEarly == 0)
    }

    @Test(arguments: [SimulatedProvider.Rule.concurrency(16), .overload(16)], [0.3, 1, 3])
    func aLimitOfHowManyAtATimeIsFound(rule: SimulatedProvider.Rule, latency: Double) {
        let provider = SimulatedProvider(rule, latency: latency)
        let result = Simulation.run(provider, cells: 2000)
        #expect(share(result, of: provider) >= 0.85)
        #expect(result.refusedShare <= 0.03)
    }

    @Test(arguments: [SimulatedProvider.Rule.concurrency(4), .overload(4)], [0.3, 1, 3])
    func aSmallLimitOfHowManyAtATimeIsFound(rule: SimulatedProvider.Rule, latency: Double) {
        let result = Simulation.run(SimulatedProvider(rule, latency: latency), cells: 2000)
        #expect(result.refusedShare <= 0.05)
    }

    /// Four rounds, of which a start that waits for outcomes would lose one or two.
    @Test(arguments: [4, 16, 32, 64], [0.2, 1, 3])
    func aShortRunOfAModelWithoutLimitsLosesLittle(slots: Int, latency: Double) {
        let provider = SimulatedProvider(.overload(.max), latency: latency)
        var simulation = Simulation(provider, cells: 4 * slots, slots: slots)
        simulation.run()
        var unlimited = Simulation(provider, cells: 4 * slots, slots: slots, isUnlimited: true)
        unlimited.run()
        #expect(simulation.result.seconds <= 1.05 * unlimited.result.seconds)
    }

    @Test(arguments: [0.5, 2, 20], [0.3, 1])
    func afterAnOutageAsManyAreInFlightAsBeforeSoon(outage: Double, latency: Double) {
        let provider = SimulatedProvider(.outage(until: outage), latency: latency)
        let result = Simulation.run(provider, cells: 6000)
        #expect(result.rate(from: outage + 10, to: outage + 20) >= 0.9 * provider.possible(slots: 64))
    }

    @Test(arguments: [SimulatedProvider.Rule.fixedWindow, .slidingWindow], [0.05, 1])
    func aLimitThatHalvesIsFollowed(rule: SimulatedProvider.Rule, latency: Double) {
        var provider = SimulatedProvider(rule, latency: latency)
        provider.change = (at: 60, perSecond: 10)
        let result = Simulation.run(provider, cells: 2400)
        #expect(result.rate(from: 70, to: 150) >= 8.5)
        #expect(result.refusedShare <= 0.03)
        #expect(result.tooEarly == 0)
    }

    @Test(arguments: [SimulatedProvider.Rule.fixedWindow, .slidingWindow], [1])
    func aLimitThatDoublesIsFound(rule: SimulatedProvider.Rule, latency: Double) {
        var provider = SimulatedProvider(rule, latency: latency)
        provider.change = (at: 60, perSecond: 40)
        let result = Simulation.run(provider, cells: 6000)
        // At the old limit it would take 300 seconds.
        #expect(result.seconds <= 270)
        #expect(result.refusedShare <= 0.03)
        #expect(result.tooEarly == 0)
    }
}
