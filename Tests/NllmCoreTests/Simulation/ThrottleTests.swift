import Foundation
import Testing

@testable import NllmCore

@Suite struct ThrottleTests {
    private let start = Date(timeIntervalSinceReferenceDate: 1_000_000)
    private let refusal = Failure(kind: .rateLimited, message: "slow down")

    private func at(_ seconds: Double) -> Date { start.addingTimeInterval(seconds) }

    private func throttle(allowed: Double) -> Throttle {
        var throttle = Throttle(now: start)
        throttle.allowed = allowed
        return throttle
    }

    @Test(arguments: [nil, 2.0])
    func theFirstRefusalsAreCountedAndLaterOnesHalveOnceARoundTrip(retryAfter: Double?) {
        var throttle = throttle(allowed: 32)
        let failure = Failure(kind: .rateLimited, message: "", retryAfter: retryAfter)
        var allowed: [Double] = []
        for (startedAt, now) in [(0.0, 1.0), (0.5, 1.1), (1, 1.2), (1.1, 2), (1.9, 2.1), (2.5, 3)] {
            throttle.failed(failure, startedAt: at(startedAt), now: at(now), used: 32, jitter: 0)
            allowed.append(throttle.allowed)
        }
        #expect(allowed == [31, 30, 29, 14.5, 14.5, 7.25])
    }

    @Test func whereAllWereRefusedAtOnceNothingIsKnownOfAPace() {
        var throttle = Throttle(now: start)
        for _ in 0..<8 { throttle.started(now: at(0)) }
        let failure = Failure(kind: .rateLimited, message: "", retryAfter: 2)
        for _ in 0..<8 { throttle.failed(failure, startedAt: at(0), now: at(0.1), used: 8, jitter: 0) }
        #expect(throttle.wait(now: at(1))?.until == at(2.1))
        throttle.refresh(now: at(2.1))
        #expect(throttle.wait(now: at(2.1)) == nil)
        #expect(throttle.pace == nil)
    }

    @Test func oneIsAlwaysAllowed() {
        var throttle = throttle(allowed: 3)
        var slots: [Int] = []
        for second in stride(from: 0.0, to: 4, by: 1) {
            throttle.failed(refusal, startedAt: at(second + 0.1), now: at(second + 0.5), used: 3, jitter: 0)
            slots.append(throttle.slots)
        }
        #expect(slots == [2, 1, 1, 1])
        #expect(throttle.allowed == 1)
    }

    @Test func anOverloadedProviderIsSparedALittle() {
        var throttle = throttle(allowed: 20)
        throttle.failed(Failure(kind: .overloaded, message: ""), startedAt: at(0), now: at(1), used: 20, jitter: 0)
        #expect(throttle.allowed == 19)
        throttle.failed(Failure(kind: .overloaded, message: ""), startedAt: at(2), now: at(3), used: 19, jitter: 0)
        #expect(throttle.allowed == 17.1)
        #expect(throttle.pace == nil)
    }

    @Test(arguments: FailureKind.allCases.filter { $0 != .rateLimited && $0 != .overloaded })
    func otherFailuresChangeNothing(kind: FailureKind) {
        var throttle = throttle(allowed: 20)
        throttle.failed(Failure(kind: kind, message: ""), startedAt: at(0), now: at(1), used: 20, jitter: 0)
        #expect(throttle.allowed == 20)
        #expect(throttle.wait(now: at(1)) == nil)
    }

    @Test func whatIsAllowedTriplesUntilItIsTooMuchAsFarAsItIsUsed() {
        var throttle = Throttle(now: start)
        for _ in 0..<16 { throttle.succeeded(startedAt: at(0), now: at(1), used: 24) }
        #expect(throttle.allowed == 48)
        throttle.succeeded(startedAt: at(0), now: at(1), used: 23)
        #expect(throttle.allowed == 48)
    }

    @Test func moreMayStartBeforeTheFirstOutcomeInSteps() {
        var throttle = Throttle(now: start)
        var slots: [Int] = []
        for milliseconds in [0.0, 7, 8, 16, 24, 1000] {
            throttle.refresh(now: at(milliseconds / 1000))
            slots.append(throttle.slots)
        }
        #expect(slots == [16, 16, 32, 48, 64, 64])
        #expect(throttle.opensAt == nil)
    }

    @Test func aRefusalEndsTheSteps() {
        var throttle = Throttle(now: start)
        #expect(throttle.opensAt == at(0.008))
        throttle.failed(refusal, startedAt: at(0), now: at(0.004), used: 16, jitter: 0)
        throttle.refresh(now: at(1))
        #expect(throttle.slots == 15)
        #expect(throttle.opensAt == nil)
    }

    @Test(arguments: [(0.0, 50.0), (2, 78.90625), (4, 93.75), (6, 99.21875), (8, 100), (16, 150)])
    func whatWasCutGrowsBackAlongACubic(seconds: Double, value: Double) {
        #expect(CubicGrowth(peak: 100, depth: 0.5, span: 8).value(after: seconds) == value)
    }

    @Test(arguments: [(0.0, 10.0), (1, 11)])
    func aHoldIsWhatTheProviderAskedForAndUpToATenthMore(jitter: Double, seconds: Double) {
        var throttle = Throttle(now: start)
        let failure = Failure(kind: .rateLimited, message: "slow down", retryAfter: 10)
        throttle.failed(failure, startedAt: at(0), now: at(0), used: 1, jitter: jitter)
        #expect(throttle.wait(now: at(0)) == Throttle.Pause(reason: .held("slow down"), until: at(seconds)))
        throttle.refresh(now: at(seconds))
        #expect(throttle.hold == nil)
    }

    @Test func aLongerHoldIsNotShortened() {
        var throttle = Throttle(now: start)
        for asked in [20.0, 1, 30] {
            let failure = Failure(kind: .rateLimited, message: "\(asked)", retryAfter: asked)
            throttle.failed(failure, startedAt: at(0), now: at(0), used: 32, jitter: 0)
            #expect(throttle.hold?.until == at(max(20, asked)))
        }
    }

    @Test func afterTenIdleMinutesItBeginsWhereItWasLeft() {
        var throttle = throttle(allowed: 32)
        let failure = Failure(kind: .rateLimited, message: "tomorrow", retryAfter: 86_400)
        throttle.failed(failure, startedAt: at(0), now: at(0), used: 32, jitter: 0)
        throttle.refresh(now: at(599))
        throttle.pace = Throttle.Pace(peak: 5, cutAt: at(590), span: 60)
        throttle.refresh(now: at(600))
        var expected = Throttle(now: at(600))
        expected.allowed = 31
        expected.cut = Throttle.Cut(peak: 31, depth: Throttle.firstDepth, at: at(600))
        expected.pace = Throttle.Pace(peak: 5, cutAt: at(600), span: 15)
        expected.hold = Throttle.Hold(until: at(86_400), because: "tomorrow")
        // As long as it is held, nothing could have been answered.
        expected.refusedSince = at(0)
        #expect(throttle == expected)
    }

    @Test(arguments: [1.0, 2, 7, 60, 600])
    func aBucketNeverLetsThroughMoreThanItsAmountInAnyMinute(amount: Double) {
        let rate = TokenBucket.Rate.perMinute(amount)
        var bucket = TokenBucket(level: rate.capacity, filledAt: start)
        var starts: [Double] = []
        var now = 0.0
        while now < 130 {
            bucket.fill(rate, now: at(now))
            let wait = bucket.wait(for: 1, rate)
            if wait > 0 {
                now += max(wait, 0.0001)
            } else {
                bucket.take(1)
                starts.append(now)
            }
        }
        // With any request the one that is `amount` later is a minute away.
        for (first, later) in zip(starts, starts.dropFirst(Int(amount))) { #expect(later - first >= 60) }
        #expect(Double(starts.count) >= 1.8 * amount)
    }
}
