public import FoundationEssentials

/// Why cells of a model are not started now.
public struct Wait: Sendable, Equatable {
    /// What cells wait for.
    public enum Reason: Sendable, Equatable {
        /// A worker: none is running.
        case worker
        /// A worker that is starting, or is about to start the next cell.
        case starting
        /// The run, which is paused.
        case run
        /// A free slot: the workers run as many cells as they may.
        case place
        /// A configured limit.
        case limit(Limit)
        /// The end of a request: the provider seems to accept this number at a time.
        case adapting(Int)
        /// The pace at which the provider accepts requests, in requests per second.
        case pace(Double)
        /// The provider, which asked to wait in these words.
        case provider(String)
        /// A new key, quota or model.
        case pause(ModelPause)
        /// The model's first answer, which shows whether the model can be used, or what an answer costs.
        case firstAnswer
        /// Money, in US dollars: the part of the budget that is spent or reserved, and the most that the next request
        /// may take.
        case cost(spent: Double, next: Double, budget: Double)
        /// A price, without which a budget in US dollars cannot be enforced.
        case price
        /// Tokens: the number that is spent or reserved, and the most that the next request may take.
        case tokens(spent: Int, next: Int, budget: Int)
        /// The time of the next retry.
        case retry
    }

    /// What they wait for.
    public var reason: Reason
    /// The end of the wait, if it is known.
    public var until: Date?

    init(_ reason: Reason, until: Date? = nil) {
        self.reason = reason
        self.until = until
    }

    /// Whether waiting does not help.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - maxWait: the longest Retry-After to honor, in seconds.
    ///   - isQuiet: whether no request is in flight that could return part of its reservation.
    /// - Returns: true if someone has to act, or to come back later.
    func isFinal(now: Date, maxWait: Double, isQuiet: Bool) -> Bool {
        switch reason {
        case .pause: true
        case .provider: until.map { $0.timeIntervalSince(now) > maxWait } ?? false
        case .cost, .tokens: isQuiet
        case .price: true
        // A retry may come slightly after the time until which its provider holds the model.
        case .retry: until.map { $0.timeIntervalSince(now) > max(maxWait, 60) * 1.1 } ?? false
        case .worker, .starting, .run, .place, .limit, .adapting, .pace, .firstAnswer: false
        }
    }

    /// Whether waiting never helps.
    ///
    /// - Parameter budget: the worker's; one with a window can be used again later.
    /// - Returns: true if someone has to act.
    func needsAction(_ budget: Budget) -> Bool {
        switch reason {
        case .pause, .price: true
        case .cost, .tokens: budget.window == nil
        default: false
        }
    }
}

extension Wait.Reason {
    /// The reason in one word, for programs.
    package var name: String {
        switch self {
        case .worker: "worker"
        case .starting: "start"
        case .price: "price"
        case .run: "resume"
        case .place: "concurrency"
        case .limit(let limit): limit.kind.rawValue
        case .adapting: "adaptive_concurrency"
        case .pace: "adaptive_rate"
        case .provider: "retry_after"
        case .pause(let pause): pause.kind.rawValue
        case .firstAnswer: "first_answer"
        case .cost: "max_cost"
        case .tokens: "max_tokens_total"
        case .retry: "retry"
        }
    }
}
