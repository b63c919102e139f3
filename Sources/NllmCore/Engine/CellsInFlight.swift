/// The cells that a worker has claimed and not recorded yet.
struct CellsInFlight {
    private struct Cell {
        let stop: StopSignal
        var stage = Stage.running
    }

    private enum Stage {
        case running
        /// Its answer has arrived.
        case judging
        /// It waits to be recorded.
        case judged(Report)
    }

    private var cells: [Lease: Cell] = [:]
    /// Whether there was ever one.
    private(set) var haveBegun = false

    var count: Int { cells.count }
    var isEmpty: Bool { cells.isEmpty }

    mutating func start(_ cell: CellExecution) {
        haveBegun = true
        cells[cell.lease] = Cell(stop: cell.stop)
    }

    mutating func judge(_ lease: Lease) { cells[lease]?.stage = .judging }

    mutating func take(_ report: Report) { cells[Lease(report.claim)]?.stage = .judged(report) }

    mutating func end(_ lease: Lease) { cells[lease] = nil }

    /// Whether answers have arrived that are not judged yet.
    var areJudged: Bool {
        cells.values.contains { if case .judging = $0.stage { true } else { false } }
    }

    /// What is judged and not recorded yet.
    var reports: [Report] {
        cells.values.compactMap { if case .judged(let report) = $0.stage { report } else { nil } }
    }

    func stopAll() {
        for cell in cells.values { cell.stop.stop() }
    }

    /// Stops those that the worker does not hold any more.
    ///
    /// - Parameters:
    ///   - worker: the worker's id.
    ///   - held: the numbers of the leases that it holds, by cell.
    func stopLost(worker: WorkerID, held: [CellID: Int]) {
        for (lease, cell) in cells where lease.workerID != worker || held[lease.cellID] != lease.number {
            cell.stop.stop()
        }
    }
}
