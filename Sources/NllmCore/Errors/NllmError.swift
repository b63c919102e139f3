/// Every error that a user can do something about, worded in one place.
///
/// The outcome of a cell is never an error; it is recorded in the store.
public enum NllmError: Error, Sendable, Equatable {
    /// An invalid argument, with what is allowed.
    case usage(String)
    /// Prompts that cannot be accepted: the first problems, and their total number.
    case badInput(problems: [InputProblem], count: Int)
    /// Configuration files that cannot be accepted: the first problems, and their total number.
    case badConfiguration(problems: [InputProblem], count: Int)
    /// A new configuration file that cannot be written.
    case configurationNotCreated(path: String, reason: String)
    /// An input file or directory that does not exist or cannot be read.
    case unreadable(path: String, reason: String)
    /// A missing database.
    case noDatabase(path: String)
    /// A database that cannot be opened or read.
    case unreadableDatabase(path: String, reason: String)
    /// A file that is not a database of this program.
    case notADatabase(path: String)
    /// A database with content that this program cannot have written, or that is broken.
    case alteredDatabase(path: String, reason: String)
    /// A database of this program whose content can no longer be read.
    case damaged(path: String)
    /// A database written by a newer version, with the migrations that this version does not know.
    case newerDatabase(path: String, unknown: [String])
    /// A run that is not in the database.
    case noRun(name: String, database: String, nearest: String?)
    /// A database without runs.
    case noRuns(database: String)
    /// A series that is not in the database, with those that are.
    case noSeries(name: String, database: String, known: [String])
    /// A run that is being removed, because its removal was interrupted.
    case beingRemoved(run: String)
    /// A run that cannot be removed because a worker is working on it or counts its cost.
    case runInUse(run: String, reason: String)
    /// A folder at the place of a run's own that does not belong to the run; the run is nil for a new run.
    ///
    /// The path is that of the folder or of something in it; the reason is appended to it.
    case foreignFolder(run: String?, path: String, reason: String)
    /// A file or folder that cannot be made private.
    case cannotRestrict(path: String, reason: String)
    /// A file that a backup would replace, and why it must not.
    case backupRefused(path: String, reason: String)
    /// A backup that cannot be created at its destination.
    case backupNotCreated(path: String, reason: String)
    /// A database that cannot take a copy of a run, and why.
    case copyRefused(database: String, reason: String)
    /// A name that is already in use.
    case runExists(name: String, path: String)
    /// A model that `llm` does not know.
    case unknownModel(name: String, nearest: String?)
    /// A model without a known price although costs are limited: `llm`'s name of the first one, and their number.
    ///
    /// The run is the one with the model, or nil if nothing has been enqueued yet.
    case unpriced(model: String, run: String?, count: Int)
    /// A run with conversations, which the chosen executor cannot run.
    case conversations(run: String)
    /// `llm` is missing or does not work.
    case llmUnusable(reason: String)
    /// An output file or folder that cannot be created.
    case cannotCreate(path: String, reason: String)
    /// Reading or writing failed.
    case inputOutput(what: String, reason: String)
    /// The database stayed locked by another process.
    case busy(database: String)
    /// A worker of an older version is running on a database that this version would have to migrate.
    case olderWorker(database: String, pid: Int)
    /// A series of which another process is making a night; 0 if its id is not known.
    case seriesInUse(series: String, process: Int32)
    /// Fewer threads are available than are needed at all.
    case fewThreads(possible: Int, needed: Int, limit: String)
}

extension NllmError: CustomStringConvertible {
    /// One line: what was found, where, and what to do; one line per problem for input problems.
    public var description: String {
        switch self {
        case .badInput, .badConfiguration: text
        default: Redaction.redactKeys(in: text).oneLine
        }
    }

    private var text: String {
        switch self {
        case .usage(let message): message
        case .badInput(let problems, let count), .badConfiguration(let problems, let count):
            (problems.map(\.description) + (count > problems.count ? ["and \(count - problems.count) more"] : []))
                .joined(separator: "\n")
        case .configurationNotCreated(let path, let reason):
            "cannot create \(path): \(reason); choose another place with --config"
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .noDatabase(let path):
            "no database at \(path); `nllm-batch enqueue` makes one, and --db or NLLM_BATCH_DB names another"
        case .unreadableDatabase(let path, let reason): "database \(path): \(reason)"
        case .notADatabase(let path):
            "\(path) is not an nllm-batch database; name another file with --db, or move this one away"
        case .alteredDatabase(let path, let reason): "database \(path) is damaged or was changed by hand: \(reason)"
        case .damaged(let path):
            "database \(path) is damaged; recover what can be read with "
                + "`sqlite3 \(ShellWord.quote(path)) .recover | sqlite3 recovered.db`, "
                + "or use a backup made with `nllm-batch backup`"
        case .newerDatabase(let path, let unknown):
            "\(path) was written by a newer nllm-batch (\(unknown.joined(separator: ", "))); "
                + "update nllm-batch, or name another file with --db"
        case .noRun(let name, let database, let nearest):
            "no run `\(name)` in \(database)"
                + (nearest.map { "; did you mean `\($0)`?" } ?? "; `nllm-batch list` shows the runs")
        case .noSeries(let name, let database, let known):
            "no series `\(name)` in \(database)"
                + (NearestName.find(name, among: known).map { "; did you mean `\($0)`?" }
                    ?? (known.isEmpty
                        ? "; a suite, or --series of `run`, begins one" : "; there are \(known.quotedList)"))
        case .noRuns(let database): "no run in \(database) yet; `nllm-batch enqueue` adds one"
        case .beingRemoved(let run):
            "run \(run) is being removed, and that was interrupted; finish it with `nllm-batch rm \(run)`"
        case .runInUse(let run, let reason):
            "run \(run) cannot be removed: \(reason); stop the worker or wait for it, then run the same command again"
        case .foreignFolder(let run?, let path, let reason):
            "\(path) \(reason), and nothing is written there; move it away, or write the run elsewhere with "
                + "`nllm-batch export \(run) -o DIR`"
        case .foreignFolder(nil, let path, let reason):
            "\(path) \(reason), and a run cannot take it; choose another name with --run or another place with --outdir"
        case .cannotRestrict(let path, let reason):
            "cannot make \(path) private: \(reason); leave out --private (`batch.private` in the configuration), "
                + "or ask its owner"
        case .backupRefused(let path, let reason):
            "\(path) \(reason), and is not replaced; name another file"
        case .backupNotCreated(let path, let reason): "cannot create \(path): \(reason); name another file"
        case .copyRefused(let database, let reason): "\(database) \(reason)"
        case .runExists(let name, let path):
            "\(path) already holds results that are not in this database; "
                + "choose another name than `\(name)` with --run, or move the folder away"
        case .unknownModel(let name, let nearest):
            "`llm` knows no model `\(name)`"
                + (nearest.map { "; did you mean `\($0)`?" } ?? "; `llm models` lists those it knows")
                + " (--no-check skips this check)"
        case .unpriced(let model, let run, let count):
            "no price is known for model `\(model)`" + (run.map { " of run \($0)" } ?? "")
                + (count > 1 ? " and \(count - 1) more" : "") + ", so its cost can't be limited; "
                + "give the price under `costs` in the configuration or in a price file"
                + (run == nil ? "" : " and enqueue the same sources into the run again")
                + ", or leave out --max-cost (`max_cost` in the configuration)"
        case .conversations(let run):
            "run \(run) has conversations (`messages` or `turns`), which need llm's Python interface; leave out "
                + "--executor process (`batch.executor` in the configuration)"
        case .llmUnusable(let reason): reason
        case .cannotCreate(let path, let reason):
            "cannot create \(path): \(reason); choose another place with --outdir or --db"
        case .inputOutput(let what, let reason): "\(what): \(reason)"
        case .busy(let database):
            "database \(database) stayed locked by another process for a minute; try again when that one has ended"
        case .olderWorker(let database, let pid):
            "an older nllm-batch works on database \(database) (process \(pid)), which has to be upgraded; "
                + "try again when that one has ended"
        case .seriesInUse(let series, let process):
            "series \(series) is being run" + (process > 0 ? " by process \(process)" : "")
                + "; wait for it with --wait, or try again when it has ended"
        case .fewThreads(let possible, let needed, let limit):
            "only \(possible) more threads or processes can be started, but \(needed) are needed; end others of this "
                + "user, or raise the limit with `\(limit)`"
        }
    }
}
