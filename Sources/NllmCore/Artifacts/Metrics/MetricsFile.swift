package import FoundationEssentials

/// A file with the metrics of runs that is replaced as they progress, as node_exporter's textfile collector reads it.
package struct MetricsFile {
    /// The time from one state to the next.
    private static let interval = Duration.seconds(5)
    /// Seconds for which a finished run stays in the file, unless it was named.
    private static let afterglow = 3600.0

    private let path: String
    private let runs: [String]
    private let store: Store
    private var metrics: RunMetrics

    /// - Parameters:
    ///   - path: the file.
    ///   - runs: names of runs; if empty, all that are not finished, or have been only recently.
    ///   - database: the database.
    /// - Throws: if the database cannot be opened, or what is at the path must not be replaced.
    package init(_ path: String, runs: [String], database: String) throws(NllmError) {
        try ReplaceableFile.check(path, beginning: MetricsText.beginning)
        (self.path, self.runs) = (path, runs)
        // A separate connection, so that it never blocks a worker.
        store = try Store(path: database)
        metrics = RunMetrics(store: store)
    }

    /// Writes the present state.
    ///
    /// - Throws: if the store cannot be read or the file cannot be written.
    package mutating func write(now: Date = Date()) async throws(NllmError) {
        let text = try await metrics.text(of: shown(now), now: now)
        do throws(FileError) {
            try AtomicFile.write(text.utf8, to: path)
        } catch {
            throw .cannotCreate(path: path, reason: error.reason)
        }
    }

    private func shown(_ now: Date) async throws(NllmError) -> [Run] {
        guard runs.isEmpty else { return try await store.runs(named: runs) }
        return try await store.runs().reversed().filter { run in
            run.finishedAt.map { now.timeIntervalSince($0) < Self.afterglow } ?? true
        }
    }

    /// Writes it again and again until the task is cancelled; a state that cannot be written is passed over.
    package func follow() async {
        var file = self
        while (try? await Task.sleep(for: Self.interval)) != nil { try? await file.write() }
    }
}
