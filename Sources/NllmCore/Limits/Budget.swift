/// What may be spent.
package struct Budget: Sendable, Equatable {
    /// US dollars; nil for no limit.
    var maxCost: Double?
    /// Tokens of prompts and answers; nil for no limit.
    var maxTokens: Int?
    /// Seconds whose spending in the whole database counts; nil: all spending of the runs that are worked on.
    var window: Double?

    /// No limit.
    package init() {}

    init(maxCost: Double? = nil, maxTokens: Int? = nil, window: Double? = nil) {
        (self.maxCost, self.maxTokens, self.window) = (maxCost, maxTokens, window)
    }

    /// Whether nothing is limited.
    var isEmpty: Bool { maxCost == nil && maxTokens == nil }

    /// Which part does not allow one more request; nil if it may start.
    func obstacle(to reservation: Reservation, after spending: Spending) -> Obstacle? {
        if let maxCost {
            guard reservation.cost != nil else { return .price }
            // Sums of binary fractions are not exact to the last digit.
            let sum = spending.cost + (reservation.cost ?? 0)
            if sum > maxCost * (1 + 1e-9) {
                return .cost(spent: spending.cost, next: reservation.cost ?? 0, of: maxCost)
            }
        }
        if let maxTokens, spending.tokens + reservation.tokens > maxTokens {
            return .tokens(spent: spending.tokens, next: reservation.tokens, of: maxTokens)
        }
        return nil
    }

    /// The part of a budget that has too little left, with what was spent or is reserved of it, and what the next request
    /// may take.
    enum Obstacle: Sendable, Equatable {
        case cost(spent: Double, next: Double, of: Double)
        /// What the request costs is not known.
        case price
        case tokens(spent: Int, next: Int, of: Int)
    }
}
