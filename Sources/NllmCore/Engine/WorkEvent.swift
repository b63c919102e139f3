internal import FoundationEssentials

/// Something that a worker did, for display.
public enum WorkEvent: Sendable {
    /// An attempt ended; with the kind and message of its failure, and the seconds until the next try.
    case attempt(model: String, prompt: String, sample: Int, status: String, failure: String?, retryIn: Double?)
    /// A line that `llm` has written for a cell, without its end; the prompt is nil in a run of one prompt.
    case line(model: String, prompt: String?, sample: Int, channel: OutputChannel, text: String)
    /// A piece of the answer in a run of one cell, which may begin and end within a line.
    case piece(model: String, text: String)
    /// Cells are run in this way from now on.
    case executor(ExecutorReport)
    /// A model that is about to be asked has no key.
    case keyMissing(model: String, MissingKey)
    /// The number of cells of a run that took answers that were there already.
    case cached(run: String, cells: Int)
    /// A run has ended, while the worker waits for new ones.
    case ended(RunProgress)
    /// A run was held against its gates and its history; whether all gates hold, nil without gates.
    case evaluated(run: String, passed: Bool?)
    /// No more cells of a model are started, because it can't be used.
    case modelPaused(model: String, ModelPause)
    /// Cells of a model that was paused are started again.
    case modelRecovered(model: String)
    /// A model's provider asked to wait.
    case modelHeld(model: String, Wait)
    /// The cells of a dead worker were put back.
    case takenOver(pid: Int, cells: Int)
    /// A request to stop arrived, while this number of cells is in flight.
    case stopping(inFlight: Int)
    /// Something can't be written for now; it is tried again until it can.
    case storageWait(StorageWait, because: String)
    /// It can be written again.
    case storageBack
    /// The number of answers that an earlier worker could not record and that are recorded now.
    case takenIn(answers: Int)
    /// A file keeps a number of answers that are not of this database; the first of them is of that run.
    case notTakenIn(answers: Int, run: String?, file: String)
}

extension WorkEvent {
    /// The end of an attempt.
    init(_ report: Report) {
        let (claim, outcome) = (report.claim, report.outcome)
        self = .attempt(
            model: claim.label, prompt: claim.prompt, sample: claim.sample, status: outcome.status.rawValue,
            failure: outcome.failure.map { "\($0.kind.rawValue): \($0.message)" },
            retryIn: report.retryAt?.timeIntervalSince(outcome.finishedAt))
    }

    /// What was learned of a model.
    init(_ news: ModelNews) {
        self =
            switch news.change {
            case .paused(let pause): .modelPaused(model: news.label, pause)
            case .recovered: .modelRecovered(model: news.label)
            case .held(let until, let because): .modelHeld(model: news.label, Wait(.provider(because), until: until))
            }
    }
}
