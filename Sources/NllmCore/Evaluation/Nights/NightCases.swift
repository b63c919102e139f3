internal import FoundationEssentials

/// Reads the cells of a night as reports list them.
struct NightCases {
    let store: Store

    /// Calls `body` with each cell, in the order of the results; those without an outcome come last.
    func forEach(of night: NightResult, _ body: (NightCase) -> Void) async throws(NllmError) {
        let run = try await store.run(night.run.name)
        let failedBefore = try await failuresBefore(run, series: night.run.series)
        try store.readingResults { results in
            try results.forEachResult(ofRun: run.id) { result in
                var cell = NightCase(result)
                let before = failedBefore[result.label]?[result.prompt]
                cell.isChanged = cell.kind == .passed && before == true
                body(cell)
            }
        }
        let left = try store.cellsWithoutResult(of: run.id)
        for cell in left {
            body(
                NightCase(
                    label: cell.label, id: cell.prompt, sample: cell.sample, kind: .error,
                    reason: "no outcome: the cell is \(cell.status.rawValue)"))
        }
    }

    /// Whether each prompt failed on the night before, by model and prompt id; one without a verdict is missing.
    private func failuresBefore(_ run: Run, series: String?) async throws(NllmError) -> [String: [String: Bool]] {
        guard let series, let last = try await store.nights(of: series, before: run.id).last else { return [:] }
        var failed: [String: [String: Bool]] = [:]
        try store.forEachOutcome(of: last.run.id, cluster: nil) { outcome in
            if outcome.trials > 0 { failed[outcome.label, default: [:]][outcome.id] = outcome.failures > 0 }
        }
        return failed
    }
}

extension NightCase {
    fileprivate init(_ result: ResultRecord) {
        let passed = result.grade?.passed
        let kind: Kind =
            switch (result.status, result.hasGrading) {
            case (.ok, false): .passed
            case (.ok, true): passed.map { $0 ? .passed : .failed } ?? .noVerdict
            default: .error
            }
        let reason =
            switch kind {
            case .passed: ""
            case .error: result.failure.map { "\($0.kind.rawValue): \($0.message)" } ?? result.status.rawValue
            case .failed, .noVerdict: result.grade?.firstReason ?? ""
            }
        self.init(
            label: result.label, id: result.prompt, sample: result.sample, kind: kind, reason: reason,
            answer: result.text, seconds: Double(result.durationMilliseconds) / 1000)
    }
}
