/// The state of a cell.
public enum CellStatus: String, Sendable, CaseIterable {
    /// Waiting to be executed, perhaps again.
    case pending
    /// Claimed by a worker.
    case running
    /// There is a good answer.
    case ok
    /// It failed, and is not retried automatically.
    case error
    /// The last attempt exceeded the time limit.
    case timeout
    /// Cancelled by the user.
    case cancelled

    /// Whether there is a result.
    var hasResult: Bool { [.ok, .error, .timeout].contains(self) }
}

/// The number of cells in each state.
public struct CellCounts: Sendable, Equatable {
    private var counts: [CellStatus: Int] = [:]

    init(_ row: any Row) throws {
        for status in CellStatus.allCases { counts[status] = try row.int(status.rawValue) }
    }

    /// No cells.
    public init() {}

    /// The number of cells in a state.
    public subscript(status: CellStatus) -> Int {
        get { counts[status] ?? 0 }
        set { counts[status] = newValue }
    }

    /// All cells.
    public var total: Int { CellStatus.allCases.map { self[$0] }.reduce(0, +) }

    /// Cells in a final state.
    public var ended: Int { total - left }

    /// Remaining cells.
    public var left: Int { self[.pending] + self[.running] }

    /// Cells that ended without a good answer.
    public var failed: Int { self[.error] + self[.timeout] }

    /// The sums of both.
    package static func + (left: CellCounts, right: CellCounts) -> CellCounts {
        var sum = left
        for status in CellStatus.allCases { sum[status] += right[status] }
        return sum
    }

    /// The counts as an object, in the order of the states.
    public var json: JSONValue {
        .object(CellStatus.allCases.map { JSONValue.Member($0.rawValue, .integer(self[$0])) })
    }
}
