/// Lets only so many processes start at the same time.
///
/// An `llm` process computes for about a second before it asks anything. Many that start at once slow each other down
/// until each takes as long as all together, and then their time runs out before their request has begun.
actor StartGate {
    /// How many could enter now.
    private(set) var free: Int
    private var waiting: [CheckedContinuation<Bool, Never>] = []
    private var isClosed = false

    init(permits: Int) {
        free = permits
    }

    /// Returns when there is room, and each such call must be answered by one ``leave()``; or false once it is closed.
    func enter() async -> Bool {
        guard !isClosed else { return false }
        guard free == 0 else {
            free -= 1
            return true
        }
        return await withCheckedContinuation { waiting.append($0) }
    }

    /// Lets nobody in any more, those that wait included.
    func close() {
        isClosed = true
        for continuation in waiting { continuation.resume(returning: false) }
        waiting = []
    }

    func leave() {
        guard waiting.isEmpty else {
            waiting.removeFirst().resume(returning: true)
            return
        }
        free += 1
    }
}
