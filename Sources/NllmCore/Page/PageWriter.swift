/// Writes a run as one HTML file that needs nothing else: its grid of answers, charts, and all that is known of each cell.
///
/// The file is written piece by piece; memory does not grow with the number of cells.
public struct PageWriter: Sendable {
    private let store: Store

    /// Creates a writer for the runs of a store.
    public init(store: Store) { self.store = store }

    /// Writes the page of a run.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - baseline: an earlier run whose answers stand beside the run's, by prompt id, model label and sample.
    ///   - target: where it is written.
    /// - Throws: if answers were removed, or what cannot be read or written.
    public func write(_ run: Run, baseline: Run? = nil, to target: ExportTarget) async throws(NllmError) {
        let summary = try await summary(run, baseline)
        do {
            try target.write { write in try document(summary, write) }
        } catch let error as FileError {
            throw .cannotCreate(path: error.path, reason: error.reason)
        } catch {
            throw Store.translate(error, path: store.path, opening: false)
        }
    }

    private func summary(_ run: Run, _ baseline: Run?) async throws(NllmError) -> PageSummary {
        for run in [run, baseline].compactMap(\.self) {
            try run.checkAnswers()
            try await RunGrader(store: store).grade(run: run.id)
        }
        let evaluation = try await store.evaluation(of: run.id)
        var comparison: RunComparison?
        if let baseline { comparison = try await store.comparison(of: run, with: baseline, models: []) }
        var trend: SeriesTrend?
        if let series = evaluation?.series { trend = try await store.trend(of: series, last: PageSummary.nights) }
        return PageSummary(
            run: run, figures: try await store.figures(of: run), baseline: baseline, comparison: comparison,
            night: evaluation?.result, trend: trend)
    }

    private func document(_ summary: PageSummary, _ write: ([UInt8]) throws -> Void) throws {
        try write(Array(PageSources.head(title: summary.run.name).utf8))
        try write(DataBlocks.element("summary", JSONWriter.line(summary.json)))
        try store.readingResults { results in
            var pages = PageRows(
                results: results, labels: summary.figures.map(\.label), baseline: summary.baseline?.id)
            try results.forEachPrompt(ofRun: summary.run.id) { prompt in try pages.add(prompt, write) }
            try pages.end(write)
        }
        try write(Array(PageSources.foot.utf8))
    }
}

/// The rows of the grid and what is shown when a cell is opened, in blocks.
private struct PageRows {
    private let results: ResultReader
    /// The place of each model by its label.
    private let models: [String: Int]
    private let baseline: RunID?
    private var rows = DataBlocks(arrays: "rows")
    private var details = DataBlocks(objects: "details")
    /// The numbers of prompts and cells so far, which name their details.
    private var (prompts, cells) = (0, 0)

    init(results: ResultReader, labels: [String], baseline: RunID?) {
        self.results = results
        self.baseline = baseline
        models = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
    }

    mutating func add(_ stored: StoredPrompt, _ write: ([UInt8]) throws -> Void) throws {
        let page = PagePrompt(prompt: stored.prompt)
        let block = details.written
        try details.add(page.details, as: "p\(prompts)", write)
        var (cellRows, answers): ([JSONValue], [Int: Int]) = ([], [:])
        try results.forEachCell(of: stored.id) { stored in
            guard let model = models[stored.label] else { return }
            let before = try baseline.flatMap { baseline in
                try results.cell(like: stored, of: page.prompt.id, inRun: baseline)
            }
            let cell = PageCell(tonight: try side(stored), before: try before.map(side), model: model)
            let same = cell.tonight.result.map { result in
                number(of: result.text, in: &answers)
            }
            cellRows.append(cell.row(same: same, block: details.written))
            try details.add(cell.details, as: "c\(cells)", write)
            cells += 1
        }
        try rows.add(page.row(cells: cellRows, block: block), write)
        prompts += 1
    }

    /// Equal texts have the same number; their hashes are enough to tell others apart.
    private func number(of text: String, in known: inout [Int: Int]) -> Int {
        let next = known.count
        return known[text.hashValue]
            ?? {
                known[text.hashValue] = next
                return next
            }()
    }

    private func side(_ cell: StoredCell) throws -> PageCell.Side {
        guard let attemptID = cell.attemptID, let result = try results.result(ofAttempt: attemptID) else {
            return PageCell.Side(cell: cell, result: nil)
        }
        return PageCell.Side(cell: cell, result: result, attempts: try results.attempts(of: cell.id))
    }

    mutating func end(_ write: ([UInt8]) throws -> Void) throws {
        try details.flush(write)
        try rows.flush(write)
    }
}
