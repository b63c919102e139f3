import Foundation

@testable import NllmCore

/// A worker and a provider in a time of their own: what happens when is worked out, and nothing is waited for.
struct Simulation {
    /// What a run came to.
    struct Result {
        var seconds = 0.0
        var requests = 0
        var refused = 0
        /// Requests that started while the provider had asked to wait.
        var tooEarly = 0
        /// When each answer came.
        var answers: [Double] = []

        var refusedShare: Double { Double(refused) / Double(requests) }

        /// Answers a second between two times.
        func rate(from start: Double, to end: Double) -> Double {
            Double(answers.count { start <= $0 && $0 < end }) / (end - start)
        }
    }

    private struct Request {
        var cell: Int
        var startedAt: Double
        var failure: Failure?
        var endedAt = 0.0
    }

    private enum Happening {
        case arrival(Request)
        case outcome(Request)
        /// Something may be able to start.
        case wake
        case tick
    }

    private static let tick = 0.25
    /// When a run is given up.
    private static let longest = 10_000.0

    private let slots: Int
    private var throttle = Throttle(now: Date(timeIntervalSinceReferenceDate: 0))
    private(set) var result = Result()
    private var provider: SimulatedProvider
    private var generator: AnswerGenerator
    private var now = 0.0
    /// What is to come, the next one last.
    private var agenda: [(at: Double, what: Happening)] = []
    private var nextWake = Double.infinity
    private var underWay = 0
    private var fresh: Int
    /// Cells that were refused and may be tried again, the next one last.
    private var refused: [(notBefore: Double, cell: Int)] = []
    private var tries: [Int]
    private var askedUntil = -Double.infinity

    /// - Parameters:
    ///   - provider: the provider.
    ///   - cells: the number of cells.
    ///   - slots: the number of requests that the user asks for at a time.
    ///   - isUnlimited: whether all of them start at once.
    ///   - seed: what delays are drawn from.
    init(_ provider: SimulatedProvider, cells: Int, slots: Int = 64, isUnlimited: Bool = false, seed: UInt64 = 1) {
        if isUnlimited { throttle.allowed = Double(slots) }
        self.provider = provider
        self.slots = slots
        fresh = cells
        tries = Array(repeating: 0, count: cells)
        generator = AnswerGenerator(seed: seed)
    }

    /// Works until each cell has an answer.
    static func run(_ provider: SimulatedProvider, cells: Int, seed: UInt64 = 1) -> Result {
        var simulation = Simulation(provider, cells: cells, seed: seed)
        simulation.run()
        return simulation.result
    }

    /// Works until each cell has an answer.
    mutating func run() {
        plan(.tick, at: 0)
        while result.answers.count < tries.count, now < Self.longest, let next = agenda.popLast() {
            now = next.at
            switch next.what {
            case .arrival(let request): arrive(request)
            case .outcome(let request):
                end(request)
                fill()
            case .wake:
                // Another one may have taken its place.
                guard nextWake <= now else { continue }
                nextWake = .infinity
                fill()
            case .tick:
                plan(.tick, at: now + Self.tick)
                fill()
            }
        }
        result.seconds = now
    }

    private var date: Date { Date(timeIntervalSinceReferenceDate: now) }

    private mutating func random() -> Double { Double.random(in: 0...1, using: &generator) }

    private mutating func plan(_ what: Happening, at time: Double) {
        var (low, high) = (0, agenda.count)
        while low < high {
            let middle = (low + high) / 2
            if agenda[middle].at > time { low = middle + 1 } else { high = middle }
        }
        agenda.insert((time, what), at: low)
    }

    /// Starts what may start, as the claim of a worker does.
    private mutating func fill() {
        throttle.refresh(now: date)
        while underWay < min(slots, throttle.slots) {
            if let pause = throttle.wait(now: date) {
                wake(at: pause.until)
                return
            }
            guard let cell = nextCell() else { return }
            start(cell)
        }
        if underWay < slots, let opens = throttle.opensAt { wake(at: opens) }
    }

    private mutating func wake(at date: Date) {
        // A timer takes a moment more.
        let time = max(date.timeIntervalSinceReferenceDate, now) + 0.001
        guard time < nextWake else { return }
        nextWake = time
        plan(.wake, at: time)
    }

    private mutating func nextCell() -> Int? {
        if let next = refused.last, next.notBefore <= now { return refused.removeLast().cell }
        guard fresh > 0 else { return nil }
        fresh -= 1
        return fresh
    }

    private mutating func start(_ cell: Int) {
        if now < askedUntil { result.tooEarly += 1 }
        result.requests += 1
        underWay += 1
        tries[cell] += 1
        throttle.started(now: date)
        plan(.arrival(Request(cell: cell, startedAt: now)), at: now + 0.001 + 0.004 * random())
    }

    private mutating func arrive(_ request: Request) {
        var request = request
        let end = now + provider.latency * (0.8 + 0.4 * random())
        request.failure = provider.refusal(at: now, end: end)
        request.endedAt = request.failure == nil ? end : now + 0.002
        // What others do in the database comes first now and then.
        plan(.outcome(request), at: request.endedAt + 0.005 * random())
    }

    private mutating func end(_ request: Request) {
        throttle.refresh(now: date)
        let startedAt = Date(timeIntervalSinceReferenceDate: request.startedAt)
        if let failure = request.failure {
            result.refused += 1
            throttle.failed(failure, startedAt: startedAt, now: date, used: underWay, jitter: random())
            repeatLater(request, failure)
        } else {
            result.answers.append(now)
            throttle.succeeded(startedAt: startedAt, now: date, used: underWay)
        }
        underWay -= 1
    }

    private mutating func repeatLater(_ request: Request, _ failure: Failure) {
        if let asked = failure.retryAfter { askedUntil = max(askedUntil, request.endedAt + asked) }
        let again = RetryPolicy().nextTry(
            after: failure, tries: tries[request.cell], history: [], retries: .max, now: date,
            jitter: random())
        guard let notBefore = again?.timeIntervalSinceReferenceDate else { return }
        let place = refused.firstIndex { $0.notBefore < notBefore } ?? refused.endIndex
        refused.insert((notBefore, request.cell), at: place)
    }
}
