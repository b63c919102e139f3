internal import FoundationEssentials

/// Commits outcomes in groups: those that arrive during a commit share the next one.
///
/// Whoever comes while nothing is being committed commits at once, for itself and everyone who waits; then the longest
/// waiting one does the same for those that came meanwhile. So one sync to disk serves many, and nobody waits for a
/// timer.
actor Recorder {
    /// For so many seconds an outcome that the store does not take is tried again: it was paid for.
    private static let patience = 30.0

    private let store: Store
    private let artifacts: ArtifactWriter
    private let observe: @Sendable (WorkEvent) -> Void
    private var reports: [Report] = []
    private var waiting: [CheckedContinuation<Role, Never>] = []
    private var isCommitting = false
    /// The first thing that went wrong in recording or writing.
    private(set) var failure: NllmError?

    private enum Role {
        case done, leader
    }

    init(store: Store, artifacts: ArtifactWriter, observe: @escaping @Sendable (WorkEvent) -> Void) {
        self.store = store
        self.artifacts = artifacts
        self.observe = observe
    }

    /// Returns when the report is recorded and stands in the artifacts, or when that has failed for good.
    func record(_ report: Report) async {
        reports.append(report)
        if isCommitting {
            guard await withCheckedContinuation({ waiting.append($0) }) == .leader else { return }
        }
        isCommitting = true
        let group = reports
        let followers = waiting
        reports = []
        waiting = []
        let recorded = await persist(group)
        if waiting.isEmpty {
            isCommitting = false
        } else {
            waiting.removeFirst().resume(returning: .leader)
        }
        // Others commit meanwhile: an answer never waits for a folder that is slow or locked.
        if let recorded {
            for news in recorded.news { observe(news.event) }
            await write(recorded)
        }
        for follower in followers { follower.resume(returning: .done) }
    }

    private func write(_ recorded: Recorded) async {
        do throws(NllmError) {
            for (run, attempts) in recorded.results {
                try await artifacts.append(run: run, attempts: attempts.sorted())
            }
            for run in recorded.reopened { try await artifacts.export(run: run) }
            for run in recorded.ended { try await artifacts.finish(run: run) }
        } catch {
            // The answers are in the store; the artifacts can be written again.
            if failure == nil { failure = error }
        }
    }

    /// Saves what can be saved of a group that was not taken as a whole.
    private func persistOneByOne(_ group: [Report]) async -> Recorded? {
        var all = Recorded()
        for report in group {
            guard let recorded = try? await store.record([report], now: Date()) else { continue }
            all.results.merge(recorded.results) { $0 + $1 }
            all.ended.formUnion(recorded.ended)
            all.reopened.formUnion(recorded.reopened)
            all.news += recorded.news
        }
        return all
    }

    private func persist(_ group: [Report]) async -> Recorded? {
        let clock = ContinuousClock()
        let begin = clock.now
        while true {
            do throws(NllmError) {
                return try await store.record(group, now: Date())
            } catch {
                guard clock.now - begin < .seconds(Self.patience) else {
                    if failure == nil { failure = error }
                    return await persistOneByOne(group)
                }
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }
}

extension ModelNews {
    fileprivate var event: WorkEvent {
        switch change {
        case .paused(let pause): .modelPaused(model: model, pause)
        case .recovered: .modelRecovered(model: model)
        case .held(let until, let because): .modelHeld(model: model, Wait(.provider(because), until: until))
        }
    }
}
