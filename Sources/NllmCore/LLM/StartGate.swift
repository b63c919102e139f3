/// Lets only so many processes start at the same time.
///
/// An `llm` process computes for about a second before it asks anything. Many that start at once slow each other down
/// until each takes as long as all together, and then their time runs out before their request has begun.
actor StartGate {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(permits: Int) {
        free = permits
    }

    /// Returns when there is room; each call must be answered by one ``leave()``.
    func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        guard waiting.isEmpty else {
            waiting.removeFirst().resume()
            return
        }
        free += 1
    }
}
