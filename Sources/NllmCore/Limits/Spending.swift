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
