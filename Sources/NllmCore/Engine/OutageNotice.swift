/// Tells of things that can't be written for now: at once, then now and then, and when it is over.
struct OutageNotice {
    /// How often it is told at most.
    static let interval = Duration.seconds(10)

    private let observe: @Sendable (WorkEvent) -> Void
    private var began: ContinuousClock.Instant?
    private var lastTold: ContinuousClock.Instant?
    private var isTold = false

    init(observe: @escaping @Sendable (WorkEvent) -> Void) {
        self.observe = observe
    }

    /// Tells what waits and why, unless that was told lately, or the outage has not lasted for so long.
    mutating func tell(_ wait: StorageWait, because reason: String, after patience: Duration = .zero) {
        let now = ContinuousClock().now
        let began = began ?? now
        self.began = began
        guard now - began >= patience, lastTold.map({ now - $0 >= Self.interval }) ?? true else { return }
        (lastTold, isTold) = (now, true)
        observe(.storageWait(wait, because: reason))
    }

    /// Tells that it is over, if it was told of.
    mutating func tellEnd() {
        began = nil
        guard isTold else { return }
        isTold = false
        observe(.storageBack)
    }
}
