/// What may be spent.
struct Budget: Sendable, Equatable {
    /// US dollars; nil for no limit.
    var maxCost: Double?
    /// Tokens of prompts and answers; nil for no limit.
    var maxTokens: Int?
    /// Seconds whose spending in the whole database counts; nil: all spending of the runs that are worked on.
    var window: Double?

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

/// What was spent, and what requests under way may still take at worst.
struct Spending: Sendable, Equatable {
    /// US dollars.
    var cost = 0.0
    /// Tokens of both directions.
    var tokens = 0
    /// How many requests are under way, whose part may turn out to be less.
    var underWay = 0

    /// Adds a request that starts.
    mutating func reserve(_ reservation: Reservation) {
        cost += reservation.cost ?? 0
        tokens += reservation.tokens
        underWay += 1
    }
}
