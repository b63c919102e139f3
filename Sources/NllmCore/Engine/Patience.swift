/// How long something that can't be done for now has been waited for.
struct Patience {
    private var began: ContinuousClock.Instant?

    /// Whether it is being waited for.
    var isWaiting: Bool { began != nil }

    /// Waits, and says whether that has lasted for less than a time.
    mutating func wait(atMost limit: Duration) -> Bool {
        let now = ContinuousClock().now
        let began = began ?? now
        self.began = began
        return now - began < limit
    }

    /// It can be done.
    mutating func end() { began = nil }
}
