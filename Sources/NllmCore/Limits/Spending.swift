/// What was spent, and the most that requests in flight may still take.
struct Spending: Sendable, Equatable {
    /// US dollars.
    var cost = 0.0
    /// Tokens in both directions.
    var tokens = 0
    /// The number of requests in flight, which may turn out to take less.
    var underWay = 0

    /// Adds a request that starts.
    mutating func reserve(_ reservation: Reservation) {
        cost += reservation.cost ?? 0
        tokens += reservation.tokens
        underWay += 1
    }
}
