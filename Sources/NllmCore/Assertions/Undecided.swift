/// A check that ended without a verdict, because to go on would have taken too many steps or too much memory.
struct Undecided: PlainError, Equatable {
    /// Why, on one line.
    var reason: String

    var plainText: String { reason }
}
