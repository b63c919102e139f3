package import FoundationEssentials

/// Why a cell was asked, or was not, and what of its request changed.
package struct CellExplanation: Sendable {
    /// The raw values are those of the output.
    package enum Reason: String, Sendable {
        // It was asked.
        case new, edited, unchanged, interrupted, requeued
        case failedBefore = "failed_before"
        // Its answer was there.
        case kept, moved, restored, assertions, cached, given
        // It has no answer.
        case running, failed, cancelled, removed, budget, waiting
        case modelPaused = "model_paused"
        case missingKey = "missing_key"
        case noPrice = "no_price"
        case runPaused = "run_paused"
        case runBlocked = "run_blocked"
        case noWorker = "no_worker"
    }

    /// What its request is compared with.
    package struct Comparison: Sendable {
        package let run: String
        package let prompt: String
        package let model: String
        /// Whether it is a cell of the same run, which an edit has replaced.
        package let isEdit: Bool
    }

    package let run: String
    package let prompt: String
    package let model: String
    package let sample: Int
    package let status: CellStatus
    package let reason: Reason
    /// Nil if there is nothing to compare with.
    package let comparison: Comparison?
    /// The parts of its request that are others than those of the cell that it is compared with.
    package let changes: [RequestChange]
    /// Whether its answer is, or was, checked against other assertions.
    package let assertionsChanged: Bool
    /// The id under which the same was asked before.
    package let movedFrom: String?
    /// The run before that was read from one of the same sources.
    package let previousRun: String?
    /// The source of a reused answer.
    package let cachedFrom: JSONValue?
    /// What it waits for.
    package let wait: Wait?
    /// The number of attempts that count.
    package let attempts: Int
    /// The kind and message of the last failure before its answer, or in place of one.
    package let failure: (kind: String, message: String)?
    /// When its last attempt ended.
    package let finishedAt: Date?
    /// The duration of its last attempt in seconds.
    package let duration: Double?
    /// When it may be retried.
    package let notBefore: Date?

    init(_ facts: CellFacts) {
        let other = facts.replaced ?? facts.previous
        run = facts.cell.run
        prompt = facts.cell.prompt
        model = facts.cell.label
        sample = facts.cell.sample
        status = facts.status
        changes = other.map(facts.cell.changes) ?? []
        comparison = other.map { other in
            Comparison(
                run: other.run, prompt: other.prompt, model: other.label, isEdit: facts.replaced != nil)
        }
        assertionsChanged = facts.hadOtherAssertions || other.map { $0.gradingID != facts.cell.gradingID } ?? false
        movedFrom = facts.movedFrom ?? facts.elsewhere
        previousRun = facts.previousRun
        cachedFrom = facts.history.last { $0.number != nil }?.cachedFrom
        wait = facts.wait
        attempts = facts.attempts
        failure = facts.history.last { $0.failure != nil }?.failure.map { ($0.kind.rawValue, $0.message) }
        finishedAt = facts.history.last?.finishedAt
        duration = facts.history.last?.duration
        notBefore = facts.notBefore
        reason = facts.reason
    }
}

extension CellFacts {
    fileprivate var reason: CellExplanation.Reason {
        guard isLive else { return .removed }
        return switch status {
        case .running: .running
        case .cancelled: .cancelled
        case .error, .timeout: .failed
        case .pending: reasonOfPending
        case .ok: reasonOfWork ?? reasonOfHistory
        }
    }

    private var reasonOfPending: CellExplanation.Reason {
        switch wait?.reason {
        case .pause(let pause):
            return pause.message.lowercased().contains("no key found") ? .missingKey : .modelPaused
        case .cost, .tokens: return .budget
        case .price: return .noPrice
        default: break
        }
        if isRunPaused { return .runPaused }
        if history.last?.outcome == .interrupted { return .interrupted }
        if attempts > 0, tries == 0 { return .requeued }
        if isRunBlocked { return .runBlocked }
        return wait?.reason == .worker && notBefore == nil ? .noWorker : .waiting
    }

    /// The reason that lies in how its answer came about; nil if it was simply asked once.
    private var reasonOfWork: CellExplanation.Reason? {
        if history.last(where: { $0.number != nil })?.cachedFrom != nil { return .cached }
        if cell.isGiven { return .given }
        if tries < attempts { return .requeued }
        if history.contains(where: { $0.outcome == .interrupted }) { return .interrupted }
        return tries > 1 ? .failedBefore : nil
    }

    /// The reason that lies in what its run or an earlier one had before.
    private var reasonOfHistory: CellExplanation.Reason {
        if movedFrom != nil { return .moved }
        if let replaced { return replaced.cellID > cell.cellID ? .restored : .edited }
        let isKept = keptAt.map { $0 >= (history.last?.finishedAt ?? .distantFuture) } ?? false
        if hadOtherAssertions { return .assertions }
        if isKept { return .kept }
        if let previous { return previous.key == cell.key ? .unchanged : elsewhere == nil ? .edited : .moved }
        return elsewhere == nil ? .new : .moved
    }
}

extension Store {
    /// Explains cells of a run; the parameters are those of what is stored of them.
    package func explanations(
        of run: Run, _ selection: CellSelection, sample: Int? = nil
    ) throws(NllmError) -> [CellExplanation] {
        try facts(of: run, selection, sample: sample).map(CellExplanation.init)
    }
}
