import Foundation
import Testing

@testable import NllmCore

/// Times that a clock has written which was set since.
@Suite struct SetClockTests {
    private let now = Date(timeIntervalSince1970: 1_000_000)
    private let instant = ContinuousClock.now

    @Test(arguments: [(-86_400.0, false), (0, false), (10, false), (11, true), (86_400, true)] as [(Double, Bool)])
    func whatHasHappenedMayLieAheadByALittleOnly(seconds: Double, isAhead: Bool) {
        #expect(SetClock.isAhead(now + seconds, of: now) == isAhead)
        #expect(SetClock.correction(latest: now + seconds, now: now) == (isAhead ? -seconds : 0))
    }

    @Test(arguments: [(-30.0, 30.0), (0, 60), (5, 65), (3600, 60), (630_720_000, 60)] as [(Double, Double)])
    func aWaitLastsAsLongAsWasDecided(decided: Double, rest: Double) {
        let end = SetClock.end(ofWaitUntil: now + decided + 60, decided: now + decided, now: now)
        #expect(end == now + rest)
    }

    @Test func aClockThatIsSetIsNoticedOnceAndOneThatIsAdjustedIsNot() {
        var watch = ClockWatch(now, at: instant)
        // A machine that was suspended has not lost its time.
        let looks: [(date: Double, seconds: Int)] = [
            (10, 10), (21.5, 20), (-3569, 30), (-3559, 40), (100, 41), (30_100, 30_041),
        ]
        let steps = looks.map { watch.step(now + $0.date, at: instant + .seconds($0.seconds)) }
        #expect(steps == [nil, nil, -3600.5, nil, 3658, nil])
    }

    @Test(arguments: [0.0, 0.4, -0.4])
    func aDurationIsThatOfTheSteadyClock(off: Double) {
        let watch = Stopwatch(now, at: instant)
        let times = watch.times(endingAt: now + 5 + off, at: instant + .seconds(5))
        #expect(times.start == now)
        #expect(times.end == now + 5)
    }

    @Test(arguments: [-3600, 3600, 31_536_000] as [Double])
    func whereTheClockWasSetInTheMeantimeItsLaterTimeCounts(step: Double) {
        let watch = Stopwatch(now, at: instant)
        let times = watch.times(endingAt: now + step + 5, at: instant + .seconds(5))
        #expect(times.start == now + step)
        #expect(times.end == now + step + 5)
    }

    @Test(arguments: [-86_400.0, -60, 0, 60, 86_400])
    func aWorkerLivesAsLongAsItsHeartbeatChangesWhateverTimeItTells(offset: Double) {
        var watch = HeartbeatWatch()
        func looks(_ seconds: ClosedRange<Int>, beating: Bool) -> [Bool] {
            seconds.filter { $0 % 2 == 0 }.map { second in
                let beat = beating ? second / 6 * 6 : seconds.lowerBound / 6 * 6
                return watch.isSilent(1, heartbeat: now + offset + Double(beat), at: instant + .seconds(second))
            }
        }
        #expect(looks(0...120, beating: true).allSatisfy { !$0 })
        let dead = looks(122...180, beating: false)
        #expect(dead.prefix(15).allSatisfy { !$0 })
        #expect(dead.last == true)
    }

    @Test func whileNobodyWatchesNobodyIsSilent() {
        var watch = HeartbeatWatch()
        // For an hour this worker was held up, and so may the other one have been.
        let looks = [0, 4, 3600].map { watch.isSilent(1, heartbeat: now, at: instant + .seconds($0)) }
        #expect(looks == [false, false, false])
        var silent: [Int] = []
        for second in stride(from: 2, through: 40, by: 2)
        where watch.isSilent(1, heartbeat: now, at: instant + .seconds(3600 + second)) {
            silent.append(second)
        }
        #expect(silent.first == 28)
    }

    // MARK: What was learned

    @Test(arguments: [-7200, -86_400, -315_360_000] as [Double])
    func whatWasLearnedStandsAsItStoodAfterTheClockWasSetBack(step: Double) {
        var throttle = Throttle(now: now)
        for _ in 0..<4 { throttle.started(now: now) }
        let refusal = Failure(kind: .rateLimited, message: "slow down", retryAfter: 40)
        throttle.failed(refusal, startedAt: now, now: now + 1, used: 8, jitter: 0)
        var still = throttle
        still.refresh(now: now + 2)
        var set = throttle
        set.refresh(now: now + step)
        #expect(set.hold?.until == now + step + 40)
        #expect(set.wait(now: now + step)?.until == now + step + 40)
        #expect(set.cut?.at == now + step)
        #expect(set.refusedSince == now + step)
        #expect(set.allowed == still.allowed)
        set.refresh(now: now + step + 41)
        #expect(set.hold == nil)
        #expect(set.wait(now: now + step + 60) == nil)
    }

    @Test(arguments: [-20.0, -3600, -86_400])
    func aBucketFillsFromNowOnAfterTheClockWasSetBack(step: Double) {
        let rate = TokenBucket.Rate.perMinute(60)
        var bucket = TokenBucket(level: -5, filledAt: now)
        bucket.fill(rate, now: now + step)
        #expect(bucket.level == -5)
        bucket.fill(rate, now: now + step + 10)
        #expect(abs(bucket.level - 1) < 1e-9)
    }

    @Test func aProcessThatWaitedForTheDatabaseChangesNoTime() {
        var throttle = Throttle(now: now)
        throttle.failed(
            Failure(kind: .rateLimited, message: "", retryAfter: 40), startedAt: now, now: now, used: 8,
            jitter: 0)
        throttle.refresh(now: now - 5)
        #expect(throttle.hold?.until == now + 40)
    }
}
