public import FoundationEssentials

/// Why cells of a model are not started now.
public struct Wait: Sendable, Equatable {
    /// What they wait for.
    public enum Reason: Sendable, Equatable {
        /// A worker: none is there.
        case worker
        /// A worker that gets ready, or is about to start the next cell.
        case starting
        /// The run, which is paused.
        case run
        /// A free place: the workers run as many cells as they may.
        case place
        /// A limit that is configured.
        case limit(Limit)
        /// The end of a request: the provider seems to take so many at a time.
        case adapting(Int)
        /// The pace at which the provider lets requests through, in requests a second.
        case pace(Double)
        /// The provider, which asked to wait in these words.
        case provider(String)
        /// A new key, quota or model.
        case pause(ModelPause)
        /// The first answer of the model, which tells whether it can be used, or what one costs.
        case firstAnswer
        /// Money: what of the budget is spent or reserved, and what the next request may take, in US dollars.
        case cost(spent: Double, next: Double, budget: Double)
        /// A price, without which a budget in US dollars can't be kept.
        case price
        /// Tokens: how many of the budget are spent or reserved, and how many the next request may take.
        case tokens(spent: Int, next: Int, budget: Int)
        /// The time of the next try of cells that failed.
        case retry
    }

    /// What they wait for.
    public var reason: Reason
    /// Until when, as far as that is known.
    public var until: Date?

    init(_ reason: Reason, until: Date? = nil) {
        self.reason = reason
        self.until = until
    }

    /// Whether waiting for it is no use.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - maxWait: seconds that a provider may ask to wait.
    ///   - isQuiet: whether no request is under way that could leave some of a budget.
    /// - Returns: true if somebody has to do something, or has to come back later.
    func isFinal(now: Date, maxWait: Double, isQuiet: Bool) -> Bool {
        switch reason {
        case .pause: true
        case .provider: until.map { $0.timeIntervalSince(now) > maxWait } ?? false
        case .cost, .tokens: isQuiet
        case .price: true
        // A retry may come a little after the time for which its provider holds the model.
        case .retry: until.map { $0.timeIntervalSince(now) > max(maxWait, 60) * 1.1 } ?? false
        case .worker, .starting, .run, .place, .limit, .adapting, .pace, .firstAnswer: false
        }
    }
}
