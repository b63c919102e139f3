internal import Synchronization

/// The outcomes that one commit has recorded.
///
/// The last one to leave it wakes the worker, which then claims cells for all of their slots at once: a claim for each
/// slot would cost more than all else that is done for a cell.
final class CommitGroup: Sendable {
    private let left: Atomic<Int>

    init(of count: Int) {
        left = Atomic(count)
    }

    /// Notes that an outcome's cell has given up its slot; true if it was the last one.
    func leave() -> Bool { left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}
