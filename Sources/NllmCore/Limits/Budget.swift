/// The most that may be spent.
package struct Budget: Sendable, Equatable {
    /// US dollars; nil for no limit.
    var maxCost: Double?
    /// Tokens of prompts and answers; nil for no limit.
    var maxTokens: Int?
    /// The length of the window in seconds, for spending in the whole database; nil: all spending of the worker's runs.
    var window: Double?

    /// No limit.
    package init() {}

    init(maxCost: Double? = nil, maxTokens: Int? = nil, window: Double? = nil) {
        (self.maxCost, self.maxTokens, self.window) = (maxCost, maxTokens, window)
    }

    /// Whether there is no limit.
    var isEmpty: Bool { maxCost == nil && maxTokens == nil }

    /// The part of the budget that does not allow another request; nil if the request may start.
    func obstacle(to reservation: Reservation, after spending: Spending) -> Obstacle? {
        if let maxCost {
            guard reservation.cost != nil else { return .price }
            // Sums of binary fractions are not exact in the last digit.
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

    /// The part of a budget that has too little left, with what was spent or reserved of it, and the most that the next
    /// request may take.
    enum Obstacle: Sendable, Equatable {
        case cost(spent: Double, next: Double, of: Double)
        /// The cost of the request is unknown.
        case price
        case tokens(spent: Int, next: Int, of: Int)
    }
}
