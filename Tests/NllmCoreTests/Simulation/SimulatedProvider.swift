import Foundation

@testable import NllmCore

/// A provider that refuses what is too much, by one of the rules that providers have.
///
/// Times are seconds.
struct SimulatedProvider {
    /// What is too much.
    enum Rule {
        /// More than the limit in a second by the clock.
        case fixedWindow
        /// More than the limit in any second.
        case slidingWindow
        /// More than comes into a bucket that holds some seconds' worth.
        case bucket(seconds: Double)
        /// More than so many at a time, refused with a 429 that says nothing of when to come again.
        case concurrency(Int)
        /// More than so many at a time, refused with a 503.
        case overload(Int)
        /// Everything up to a time, refused with a 503.
        case outage(until: Double)
    }

    /// How Retry-After is worded.
    enum Advice: CaseIterable {
        /// Rounded up, at least 1.
        case wholeSeconds
        case exact
    }

    var rule: Rule
    /// Requests a second, for rules about them.
    var perSecond = 20.0
    var advice = Advice.wholeSeconds
    /// Seconds that an answer takes in the mean; each takes up to a fifth more or less.
    var latency: Double
    /// A limit that is different from some time on.
    var change: (at: Double, perSecond: Double)?

    /// When those that were let through arrived or, where they are limited at a time, when they are answered.
    private var times: [Double] = []
    /// How many of these are past.
    private var past = 0
    private var level: Double?
    private var filledAt = 0.0

    init(_ rule: Rule, perSecond: Double = 20, advice: Advice = .wholeSeconds, latency: Double) {
        self.rule = rule
        self.perSecond = perSecond
        self.advice = advice
        self.latency = latency
    }

    /// The most requests a second that a client with so many at a time can have answered.
    func possible(slots: Int) -> Double {
        switch rule {
        case .fixedWindow, .slidingWindow, .bucket: min(perSecond, Double(slots) / latency)
        case .concurrency(let most), .overload(let most): Double(min(most, slots)) / latency
        case .outage: Double(slots) / latency
        }
    }

    /// Takes a request that will be answered at `end`, or says why not.
    mutating func refusal(at time: Double, end: Double) -> Failure? {
        if let change, change.at <= time {
            perSecond = change.perSecond
            self.change = nil
        }
        switch rule {
        case .fixedWindow: return inWindow(since: (time + 0.37).rounded(.down) - 0.37, at: time)
        case .slidingWindow: return inWindow(since: time - 1, at: time)
        case .bucket(let seconds): return fromBucket(holding: seconds * perSecond, at: time)
        case .concurrency(let most):
            return busy(most, at: time, end: end) ? Failure(kind: .rateLimited, message: "429", httpStatus: 429) : nil
        case .overload(let most):
            return busy(most, at: time, end: end) ? Failure(kind: .overloaded, message: "503", httpStatus: 503) : nil
        case .outage(let until):
            return time < until ? Failure(kind: .overloaded, message: "503", httpStatus: 503) : nil
        }
    }

    private mutating func inWindow(since: Double, at time: Double) -> Failure? {
        while past < times.count, times[past] <= since { past += 1 }
        let excess = times.count - past - Int(perSecond)
        guard excess >= 0 else {
            times.append(time)
            return nil
        }
        if case .fixedWindow = rule { return tooFast(comeAgainIn: since + 1 - time) }
        return tooFast(comeAgainIn: times[past + excess] + 1 - time)
    }

    private mutating func fromBucket(holding capacity: Double, at time: Double) -> Failure? {
        let filled = min(capacity, (level ?? capacity) + (time - filledAt) * perSecond)
        filledAt = time
        level = filled >= 1 ? filled - 1 : filled
        return filled >= 1 ? nil : tooFast(comeAgainIn: (1 - filled) / perSecond)
    }

    private mutating func busy(_ most: Int, at time: Double, end: Double) -> Bool {
        times.removeAll { $0 <= time }
        guard times.count < most else { return true }
        times.append(end)
        return false
    }

    private func tooFast(comeAgainIn seconds: Double) -> Failure {
        let asked = advice == .exact ? max(0, seconds) : max(1, seconds.rounded(.up))
        return Failure(kind: .rateLimited, message: "429", httpStatus: 429, retryAfter: asked)
    }
}
