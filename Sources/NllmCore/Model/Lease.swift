/// One claim of a cell; the same cell may be claimed again while an earlier execution of it is still being ended.
struct Lease: Sendable, Hashable {
    var workerID: WorkerID
    var cellID: CellID
    var number: Int
}
