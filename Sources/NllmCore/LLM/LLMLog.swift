internal import FoundationEssentials
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// llm's own log database, which every `llm` opens and migrates, whether or not it logs.
///
/// `llm` migrates step by step: two at once break each other, and one that is killed leaves a log with which no `llm`
/// works any more. So the log is updated before the first cell, by one process and in one transaction.
actor LLMLog {
    private let program: LLMProgram
    /// Distinguishes this worker's processes from all others.
    private let mark: String
    private var python: Result<PythonInterpreter, NoInterpreter>?
    private var check: Task<Result<String?, NllmError>, Never>?
    private nonisolated let known = Mutex<LogFile?>(nil)

    init(program: LLMProgram, mark: String) {
        self.program = program
        self.mark = mark
    }

    /// The Python behind the program; throws the reason if none can be used.
    func interpreter() async throws(NoInterpreter) -> PythonInterpreter {
        if let python { return try python.get() }
        let found: Result<PythonInterpreter, NoInterpreter>
        do throws(NoInterpreter) {
            found = .success(try await PythonInterpreter.find(for: program))
        } catch {
            found = .failure(error)
        }
        // The result of a cancelled search means nothing.
        if !Task.isCancelled { python = found }
        return try found.get()
    }

    /// Updates the log; throws what is wrong with it, or with `llm`.
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

    /// Updates the log, replacing a broken one that holds no answers, and returns in one line what was done with the
    /// broken one; nil if it was not broken.
    func fix() async throws(NllmError) -> String? {
        guard let moved = try await attempt(fixing: true).get() else { return nil }
        let path = known.withLock { $0?.path } ?? "logs.db"
        return "llm's log \(path) was broken and held no answers; it was moved to \(moved), and a new one was made"
    }

    /// Why no `llm` works with its log in its current state; nil if one would, or may after waiting.
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

    /// Records that the log at a path is up to date.
    nonisolated func note(_ path: String) {
        known.withLock { $0 = LogFile(path) }
    }

    /// Whether the log is a different file than when it was last up to date.
    nonisolated var wasReplaced: Bool {
        known.withLock { $0.map { PythonProcess.identity($0.path) != $0.identity } ?? false }
    }

    /// The new path of a broken log; nil if it was not moved.
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

/// The file that was at a path at one time.
private final class LogFile: Sendable {
    let path: String
    let identity: String?
    /// It stays open: otherwise another file could get its number.
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
    /// Replaces a broken llm log database that holds no answers with a new one.
    ///
    /// - Returns: what was done, in one line; nil if there was nothing to do.
    /// - Throws: what is wrong with the log, if it could not be fixed, or with `llm`.
    public func fixLog() async throws(NllmError) -> String? {
        try await LLMLog(program: self, mark: ProcessMark.new()).fix()
    }
}
