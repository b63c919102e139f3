/// Limits the number of processes that start at the same time.
///
/// An `llm` process computes for about a second before it sends anything. Many that start at once slow each other down
/// until each takes as long as all together, and then their time runs out before their request has begun.
actor StartGate {
    /// The number that could enter now.
    private(set) var free: Int
    private var waiting: [CheckedContinuation<Bool, Never>] = []
    private var isClosed = false

    init(permits: Int) {
        free = permits
    }

    /// Returns when there is room, and each such call must be matched by one ``leave()``; or false once it is closed.
    func enter() async -> Bool {
        guard !isClosed else { return false }
        guard free == 0 else {
            free -= 1
            return true
        }
        return await withCheckedContinuation { waiting.append($0) }
    }

    /// Lets no one in any more, including those that wait.
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
