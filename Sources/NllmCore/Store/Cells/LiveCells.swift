internal import FoundationEssentials

/// The state of a cell in a run of one prompt, for a display that is redrawn frequently.
public struct LiveCell: Sendable {
    /// The model's label.
    public let model: String
    /// The sample, from 1.
    public let sample: Int
    /// The state.
    public let status: CellStatus
    /// Seconds since its claim while it runs; the duration of its result once it has ended; otherwise nil.
    public let seconds: Double?
}

extension Store {
    /// Larger numbers of cells are better shown by their counts.
    private static let liveCellLimit = 100

    /// The cells of a run, in the order of the models, if it has one prompt; nil if it has more, or too many cells.
    public func liveCells(of progress: RunProgress) throws(NllmError) -> [LiveCell]? {
        let run = progress.run.id
        guard progress.counts.total <= Self.liveCellLimit, try hasOnePrompt(run) else { return nil }
        let now = Date()
        return try reading {
            try database.rows(
                """
                SELECT models.label, cells.sample, cells.status, cells.claimed_at, attempts.duration_ms
                FROM prompts JOIN cells ON cells.prompt_id = prompts.id JOIN models ON models.id = cells.model_id
                LEFT JOIN attempts ON attempts.id = cells.attempt_id
                WHERE prompts.run_id = ? AND prompts.live = 1 AND cells.live = 1
                ORDER BY models.position, cells.sample
                """, run, read: { try LiveCell($0, now: now) })
        }
    }

    /// Whether a run has only one prompt.
    func hasOnePrompt(_ run: RunID) throws(NllmError) -> Bool {
        try reading {
            try database.rows("SELECT id FROM prompts WHERE run_id = ? AND live = 1 LIMIT 2", run, read: { _ in true })
                .count == 1
        }
    }

    /// Whether a run has only one cell.
    func hasOneCell(_ run: RunID) throws(NllmError) -> Bool {
        try reading {
            try database.rows("SELECT id FROM cells WHERE run_id = ? AND live = 1 LIMIT 2", run, read: { _ in true })
                .count == 1
        }
    }
}

extension LiveCell {
    fileprivate init(_ row: any Row, now: Date) throws {
        model = try row.text("label")
        sample = try row.int("sample")
        status = try row.value("status")
        let milliseconds =
            try row.optionalInt("claimed_at").map { now.milliseconds - $0 } ?? row.optionalInt("duration_ms")
        // Another host's clock may be ahead.
        seconds = milliseconds.map { Double(max($0, 0)) / 1000 }
    }
}
