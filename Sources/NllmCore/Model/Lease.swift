/// One claim of a cell; the same cell may be claimed again while an earlier execution of it is still being ended.
struct Lease: Sendable, Hashable {
    var worker: WorkerID
    var cell: CellID
    var number: Int
}
