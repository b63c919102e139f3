internal import FoundationEssentials
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// llm's own log database, which each `llm` opens and migrates, whether it logs or not.
///
/// Some `llm` migrates step by step: two at once break each other, and one that is killed leaves a log with which no
/// `llm` works any more. So it is brought up to date before the first cell, by one process and in one transaction.
actor LLMLog {
    private let program: LLMProgram
    /// A text that tells this worker's processes from all others.
    private let mark: String
    private var python: Result<PythonInterpreter, NoInterpreter>?
    private var check: Task<Result<String?, NllmError>, Never>?
    private nonisolated let known = Mutex<LogFile?>(nil)

    init(program: LLMProgram, mark: String) {
        self.program = program
        self.mark = mark
    }

    /// The Python behind the program; throws why there is none that could be used.
    func interpreter() async throws(NoInterpreter) -> PythonInterpreter {
        if let python { return try python.get() }
        let found: Result<PythonInterpreter, NoInterpreter>
        do throws(NoInterpreter) {
            found = .success(try await PythonInterpreter.find(for: program))
        } catch {
            found = .failure(error)
        }
        // What was found in a hurry says nothing.
        if !Task.isCancelled { python = found }
        return try found.get()
    }

    /// Brings the log up to date; throws what is wrong with it, or with `llm`.
    func prepare() async throws(NllmError) {
        let running = check ?? Task { await attempt(fixing: false) }
        check = running
        let result = await withTaskCancellationHandler {
            await running.value
        } onCancel: {
            running.cancel()
        }
        if check == running { check = nil }
        _ = try result.get()
    }

    /// Brings the log up to date, a new one in place of a broken one that holds no answers.
    ///
    /// Returns: what was done with the broken one, in one line; nil if it was not broken.
    func fix() async throws(NllmError) -> String? {
        guard let moved = try await attempt(fixing: true).get() else { return nil }
        let path = known.withLock { $0?.path } ?? "logs.db"
        return "llm's log \(path) was broken and held no answers; it was moved to \(moved), and a new one was made"
    }

    /// Why no `llm` works with its log as it is now; nil if one would, or may after some waiting.
    func flaw() async -> String? {
        do throws(NllmError) {
            try await prepare()
            return nil
        } catch .busy {
            return nil
        } catch {
            return Task.isCancelled ? nil : error.description
        }
    }

    /// Notes that the log at a path is up to date.
    nonisolated func note(_ path: String) {
        known.withLock { $0 = LogFile(path) }
    }

    /// Whether another file is where the log was when it was last up to date.
    nonisolated var wasReplaced: Bool {
        known.withLock { $0.map { PythonProcess.identity($0.path) != $0.identity } ?? false }
    }

    /// Where a broken log was moved to, or nil if it was not.
    private func attempt(fixing: Bool) async -> Result<String?, NllmError> {
        do throws(NllmError) {
            guard let interpreter = try? await interpreter() else {
                try await program.migrateLog()
                return .success(nil)
            }
            // Through wrappers, another log may be meant.
            if !fixing, interpreter.environment == nil, let migrations = LLMMigrations(of: program) {
                let path = LLMUserFolder.path(in: AbsolutePath.current) + "/logs.db"
                if migrations.areRecorded(in: path) {
                    note(path)
                    return .success(nil)
                }
            }
            do throws(BridgeFailure) {
                let settings = fixing ? ["fix=yes"] : []
                let (bridge, description) = try await Bridge.start(
                    .log, settings: settings, interpreter: interpreter, launcher: Launcher(), mark: mark)
                await bridge.close()
                note(description.log)
                return .success(description.movedLog)
            } catch {
                if let flaw = error.log { throw flaw.error }
                if Task.isCancelled { throw .llmUnusable(reason: error.reason) }
                // Its Python has no `llm`, or one of an unknown kind.
                try await program.migrateLog()
                return .success(nil)
            }
        } catch {
            return .failure(error)
        }
    }
}

/// A file as it was found at a path.
private final class LogFile: Sendable {
    let path: String
    let identity: String?
    /// It stays open: else another file could come to have its number.
    private let descriptor: Int32

    init(_ path: String) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        identity = PythonProcess.identity(path)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}

extension LLMProgram {
    /// Puts a new log database of llm's in the place of a broken one that holds no answers.
    ///
    /// - Returns: what was done, in one line; nil if nothing was to be done.
    /// - Throws: what is wrong with the log, if it could not be put right, or with `llm`.
    public func fixLog() async throws(NllmError) -> String? {
        try await LLMLog(program: self, mark: ProcessMark.new()).fix()
    }
}
