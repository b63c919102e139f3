package import FoundationEssentials

/// A result in a stream of them.
package struct FinishedResult: Sendable {
    private let record: ResultRecord

    fileprivate init(_ record: ResultRecord) { self.record = record }

    /// The run's name.
    package var run: String { record.run }
    /// The prompt's id.
    package var prompt: String { record.prompt }
    /// The model's label.
    package var model: String { record.label }
    /// The sample, from 1.
    package var sample: Int { record.sample }
    package var status: CellStatus { record.status }
    package var finishedAt: Date { record.finishedAt }
    /// The duration of the last attempt in seconds.
    package var seconds: Double { Double(record.durationMilliseconds) / 1000 }
    /// US dollars; nil if they are not known.
    package var cost: Double? { record.cost }
    /// Whether its assertions pass; nil without a verdict.
    package var passed: Bool? { record.grade?.passed }
    /// The answer, or if it failed, the kind and the message.
    package var text: String {
        guard record.status != .ok, let failure = record.failure else { return record.text }
        return "\(failure.kind.rawValue): \(failure.message)"
    }

    /// The result as it appears in the artifacts.
    package var document: JSONValue { record.document }
}

/// The results of a run, or of all runs, in the order in which they are recorded: the last ones first, then those that
/// come.
package struct ResultFeed: Sendable {
    private let store: Store
    private let run: Run?
    private var waiting: ArraySlice<AttemptID>
    private var last: AttemptID

    /// - Parameters:
    ///   - store: the database.
    ///   - run: the run; nil for all runs.
    ///   - count: the number of results, from the last one, with which the feed begins.
    /// - Throws: if the store cannot be read.
    package init(_ store: Store, of run: Run?, last count: Int) async throws(NllmError) {
        self.store = store
        self.run = run
        let (results, last) = try await store.lastResults(count, of: run)
        (waiting, self.last) = (results[...], last)
    }

    /// The next result; nil if there is none so far.
    ///
    /// One that has left its run since it was recorded is passed over.
    package mutating func next() async throws(NllmError) -> FinishedResult? {
        while true {
            if waiting.isEmpty { try await look() }
            guard let id = waiting.popFirst() else { return nil }
            last = max(last, id)
            if let record = try await store.result(ofAttempt: id) { return FinishedResult(record) }
        }
    }

    private mutating func look() async throws(NllmError) {
        // When the newest runs are removed, others may get their numbers.
        last = min(last, try await store.lastAttemptID())
        waiting = try await store.results(after: last, of: run)[...]
    }
}
