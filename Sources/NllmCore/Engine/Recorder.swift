internal import FoundationEssentials
internal import Synchronization

/// Commits outcomes in groups: those that arrive during a commit share the next one.
///
/// A task that records while nothing is being committed commits at once, for itself and all that wait; then the task
/// that has waited longest does the same for those that came meanwhile. So one sync to disk serves many, and none waits
/// for a timer.
///
/// What the database does not take for now is tried again for as long as it takes, because it was paid for. Meanwhile
/// it is kept in a rescue file, so that it outlives any end of this process.
actor Recorder {
    private static let retry = Duration.milliseconds(500)
    /// An outcome that waits longer for a commit is kept in the rescue file.
    private static let patience = Duration.seconds(2)

    private let store: Store
    private let artifacts: ArtifactWriter
    private let rescue: Rescue
    private var notice: OutageNotice
    private let observe: @Sendable (WorkEvent) -> Void
    private var reports: [Report] = []
    private var waiting: [CheckedContinuation<Role, Never>] = []
    private var isCommitting = false
    /// What is being committed, and since when.
    private var committing: (reports: [Report], since: ContinuousClock.Instant)?
    /// Whether new reports are kept before they are recorded.
    private var isRescuing = false
    /// Whether the rescue file may hold anything.
    private var hasRescued = false
    /// Whether nothing can be recorded any more.
    private var isLost = false
    /// What is recorded and not yet written into the runs' folders, and the task that writes it.
    private var unpublished = Recorded()
    private var publishing: Task<Void, Never>?
    /// Runs whose results are recorded but not all written to files, because there is no room.
    private var unwritten: [RunID: NllmError] = [:]
    private var nextWriting = ContinuousClock().now
    /// The first thing that went wrong in recording or writing.
    private(set) var failure: NllmError?
    private nonisolated let held = Atomic(false)

    private enum Role {
        case done(CommitGroup)
        case leader
    }

    /// What is done in a run's folder.
    private enum Step {
        case append([AttemptID])
        case export, finish
    }

    init(
        store: Store, artifacts: ArtifactWriter, rescue: Rescue, observe: @escaping @Sendable (WorkEvent) -> Void
    ) {
        (self.store, self.artifacts, self.rescue, self.observe) = (store, artifacts, rescue, observe)
        notice = OutageNotice(observe: observe)
    }

    /// Whether outcomes wait that the database does not take for now.
    nonisolated var isHeldUp: Bool { held.load(ordering: .relaxed) }

    /// Whether results are still to be written into their runs' folders.
    var hasUnwritten: Bool { !unwritten.isEmpty }

    private var unrecorded: [Report] { (committing?.reports ?? []) + reports }

    // MARK: Recording

    /// Returns when the report is recorded, or when that has failed for good; ``finishPublishing()`` waits for the
    /// artifacts.
    ///
    /// - Returns: the outcomes that were recorded together with this one.
    func record(_ report: Report) async -> CommitGroup {
        if isRescuing { await keep([report]) }
        reports.append(report)
        if isCommitting, case .done(let group) = await withCheckedContinuation({ waiting.append($0) }) { return group }
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
        let members = CommitGroup(of: followers.count + 1)
        for follower in followers { follower.resume(returning: .done(members)) }
        if let recorded { publishBeside(recorded) }
        return members
    }

    private func persist(_ group: [Report]) async -> Recorded? {
        defer { committing = nil }
        var isAgain = false
        while !isLost {
            committing = (group, ContinuousClock().now)
            do throws(NllmError) {
                let recorded = try await store.record(group, again: isAgain, now: Date())
                guard store.isInPlace else { throw .lost(database: store.path) }
                await recovered(group)
                return recorded
            } catch {
                isAgain = true
                guard let reason = await reasonToWait(error) else { return await giveUp(group, because: error) }
                await heldUp(because: reason)
                try? await Task.sleep(for: Self.retry)
            }
        }
        await keep(group)
        return nil
    }

    /// Saves what can be saved of a group that is never taken as a whole.
    private func giveUp(_ group: [Report], because error: NllmError) async -> Recorded? {
        if failure == nil { failure = error }
        guard store.isInPlace, await store.trouble(behind: error) != .damaged else {
            await lose(because: error)
            return nil
        }
        var all = Recorded()
        for report in group {
            do throws(NllmError) {
                let recorded = try await store.record([report], again: true, now: Date())
                all.add(recorded)
                if hasRescued { await rescue.release([report]) }
            } catch {
                await keep([report])
            }
        }
        return all
    }

    // MARK: Outages

    /// Why something that failed may succeed later, and what to do; nil if that is not so.
    func reasonToWait(_ error: NllmError) async -> String? {
        switch await store.trouble(behind: error) {
        case .passing(let reason): return reason
        case .damaged: return nil
        case nil: return error.reasonOfFullDisk
        }
    }

    /// Says that nothing can be written for now, and keeps all that is unrecorded.
    func heldUp(because reason: String) async {
        let isUnrecorded = !unrecorded.isEmpty
        held.store(isUnrecorded, ordering: .relaxed)
        isRescuing = isUnrecorded
        let unkept = await keep(unrecorded)
        notice.tell(isUnrecorded ? .answers(unrecorded.count, unkept: unkept) : .cells, because: reason)
    }

    @discardableResult
    private func keep(_ reports: [Report]) async -> Int {
        if reports.isEmpty { return 0 }
        hasRescued = true
        return await rescue.keep(reports)
    }

    /// Notes that the database takes what it is given.
    private func recovered(_ group: [Report]) async {
        committing = nil
        held.store(false, ordering: .relaxed)
        isRescuing = false
        if hasRescued { await rescue.release(group) }
        if unwritten.isEmpty { notice.tellEnd() }
    }

    /// Says that cells can be claimed again.
    func recovered() async {
        guard unrecorded.isEmpty else { return }
        await recovered([])
    }

    /// Keeps what waits long for its commit; to be called from time to time.
    func watch() async {
        guard let committing, ContinuousClock().now - committing.since > Self.patience, !isLost else { return }
        isRescuing = true
        let unkept = await keep(unrecorded)
        guard self.committing?.since == committing.since else { return }
        notice.tell(
            .answers(unrecorded.count, unkept: unkept),
            because: "\(store.path) is slow or locked by another process", after: OutageNotice.interval)
    }

    /// Records nothing any more, and keeps everything for the next worker.
    func lose(because error: NllmError) async {
        if failure == nil { failure = error }
        (isLost, isRescuing) = (true, true)
        await keep(unrecorded)
    }

    // MARK: Artifacts

    /// Writes into the runs' folders beside what is recorded next: neither an answer nor the next request waits for a
    /// folder that is slow or locked.
    private func publishBeside(_ recorded: Recorded) {
        unpublished.add(recorded)
        if publishing == nil { publishing = Task { await publishAll() } }
    }

    private func publishAll() async {
        while !unpublished.isEmpty {
            let recorded = unpublished
            unpublished = Recorded()
            await publish(recorded)
        }
        publishing = nil
    }

    /// Returns when everything that is recorded has been written into the runs' folders, as far as that is possible.
    func finishPublishing() async { await publishing?.value }

    /// Reports what was recorded, and writes it into the runs' folders.
    func publish(_ recorded: Recorded) async {
        for news in recorded.news { observe(WorkEvent(news)) }
        for (run, attempts) in recorded.results where unwritten[run] == nil {
            await perform(.append(attempts.sorted()), run)
        }
        for run in recorded.reopened { await perform(.export, run) }
        for run in recorded.ended where unwritten[run] == nil { await perform(.finish, run) }
    }

    /// Writes what there was no room for; to be called from time to time.
    func writeRest() async {
        guard !unwritten.isEmpty, ContinuousClock().now >= nextWriting else { return }
        nextWriting = ContinuousClock().now + Self.patience
        for run in unwritten.keys where !isLost {
            // What is recorded from now on is appended, or is in the whole that is written.
            unwritten[run] = nil
            await perform(.export, run)
        }
        if unwritten.isEmpty, unrecorded.isEmpty { notice.tellEnd() }
    }

    /// Gives up on results that could not be written to files; they can be exported from the database.
    func giveUpWriting() {
        if failure == nil { failure = unwritten.values.first }
        unwritten = [:]
    }

    private func perform(_ step: Step, _ run: RunID) async {
        do throws(NllmError) {
            switch step {
            case .append(let attempts): try await artifacts.append(run: run, attempts: attempts)
            case .export: try await artifacts.export(run: run)
            case .finish: try await artifacts.finish(run: run)
            }
        } catch {
            // The answers are in the store; the artifacts can be written again.
            guard let reason = await reasonToWait(error) else { return failure = failure ?? error }
            unwritten[run] = error
            notice.tell(.results, because: reason)
        }
    }
}
