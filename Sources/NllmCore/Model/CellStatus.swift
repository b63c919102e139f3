/// The state of a cell.
public enum CellStatus: String, Sendable, CaseIterable {
    /// To be executed, perhaps once more.
    case pending
    /// Claimed by a worker.
    case running
    /// A good answer is there.
    case ok
    /// It failed, and is not tried again by itself.
    case error
    /// The last attempt took longer than a cell may.
    case timeout
    /// Taken out by the user.
    case cancelled

    /// Whether a result is there.
    var hasResult: Bool { [.ok, .error, .timeout].contains(self) }
}

/// How many cells are in each state.
public struct CellCounts: Sendable, Equatable {
    private var counts: [CellStatus: Int] = [:]

    init(_ row: any Row) throws {
        for status in CellStatus.allCases { counts[status] = try row.int(status.rawValue) }
    }

    /// No cells.
    public init() {}

    /// How many cells are in that state.
    public subscript(status: CellStatus) -> Int {
        get { counts[status] ?? 0 }
        set { counts[status] = newValue }
    }

    /// All cells.
    public var total: Int { CellStatus.allCases.map { self[$0] }.reduce(0, +) }

    /// Cells that nothing will happen to any more.
    public var ended: Int { total - left }

    /// Cells that are still to be done.
    public var left: Int { self[.pending] + self[.running] }

    /// Cells that ended without a good answer.
    public var failed: Int { self[.error] + self[.timeout] }

    /// The sums of both.
    static func + (left: CellCounts, right: CellCounts) -> CellCounts {
        var sum = left
        for status in CellStatus.allCases { sum[status] += right[status] }
        return sum
    }

    /// The counts as an object, in the order of the states.
    public var json: JSONValue {
        .object(CellStatus.allCases.map { JSONValue.Member($0.rawValue, .integer(self[$0])) })
    }
}
