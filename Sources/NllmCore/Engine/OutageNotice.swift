/// Reports that something can't be written for now: at once, then from time to time, and when it is over.
struct OutageNotice {
    /// The time between two reports.
    static let interval = Duration.seconds(10)

    private let observe: @Sendable (WorkEvent) -> Void
    private var began: ContinuousClock.Instant?
    private var lastTold: ContinuousClock.Instant?
    private var isTold = false

    init(observe: @escaping @Sendable (WorkEvent) -> Void) {
        self.observe = observe
    }

    /// Reports what waits and why, unless it did so a moment ago, or the outage has not lasted longer than `patience`.
    mutating func tell(_ wait: StorageWait, because reason: String, after patience: Duration = .zero) {
        let now = ContinuousClock().now
        let began = began ?? now
        self.began = began
        guard now - began >= patience, lastTold.map({ now - $0 >= Self.interval }) ?? true else { return }
        (lastTold, isTold) = (now, true)
        observe(.storageWait(wait, because: reason))
    }

    /// Reports that it is over, if it was reported at all.
    mutating func tellEnd() {
        began = nil
        guard isTold else { return }
        isTold = false
        observe(.storageBack)
    }
}
