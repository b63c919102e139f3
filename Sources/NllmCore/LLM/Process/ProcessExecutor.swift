internal import FoundationEssentials
internal import Subprocess
internal import Synchronization
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Runs one `llm` process per cell, in its own process group: the reference for every other executor.
final class ProcessExecutor: Executor {
    /// The time allowed for a process to end after SIGTERM, before it is killed.
    private static let patience = Duration.seconds(5)
    private static let teardown: [TeardownStep] = [
        .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: patience)
    ]

    private let program: LLMProgram
    private let launcher: Launcher
    private let environment: Environment
    private let maxAnswer: Int
    private let gate: StartGate
    private let groups = ProcessGroups()
    private let mark: String
    private let folder = Mutex<WorkerFolder?>(nil)

    /// - Parameters:
    ///   - program: the `llm` to run.
    ///   - mark: distinguishes this worker's processes from all others.
    ///   - maxMemory: megabytes of address space a process may use; nil for no limit.
    ///   - maxAnswer: megabytes that a process may write.
    /// - Throws: if the limit cannot be set on this machine.
    init(program: LLMProgram, mark: String, maxMemory: Int?, maxAnswer: Int) async throws(NllmError) {
        var launcher = await Launcher()
        if let maxMemory { try launcher.limitMemory(to: maxMemory) }
        self.launcher = launcher
        self.program = program
        self.mark = mark
        self.maxAnswer = maxAnswer
        environment = ChildEnvironment.llm.updating([.init(stringLiteral: ProcessMark.variable): mark])
        gate = StartGate(permits: 2 * ProcessInfo.processInfo.activeProcessorCount)
    }

    func execute(
        _ request: LLMRequest, timeout: Duration?, stop: StopSignal, output: OutputObserver?,
        started: @escaping @Sendable () -> Void
    ) async -> Execution {
        guard !request.isConversation else {
            let reason = "a conversation needs llm's Python interface, and --executor process has its command line only"
            return Execution(end: .notStarted(reason: reason), cause: .refused, since: Stopwatch())
        }
        guard await gate.enter() else {
            return Execution(end: .notStarted(reason: "stopping"), cause: .stopped, since: Stopwatch())
        }
        let permit = StartPermit(gate, onReturn: started)
        let watch = Stopwatch()
        var execution: Execution
        do {
            execution = try await run(request, watch, timeout: timeout, stop: stop, output: output, permit: permit)
        } catch {
            execution = Execution(end: .notStarted(reason: ErrorText.reason(error)), since: watch)
        }
        await permit.giveBack()
        return execution
    }

    func room() async -> Int { await gate.free }

    func stopStarting() async { await gate.close() }

    func close() { removeFolder() }

    func killAll() {
        for group in groups.all { kill(-group, SIGKILL) }
        removeFolder()
    }

    /// The folder for arguments that are too long for a command line, made when it is first needed.
    private func longArguments() throws(FileError) -> String {
        try folder.withLock { folder throws(FileError) in
            if let folder { return folder.path }
            let made = try WorkerFolder(name: mark + "-arguments")
            folder = made
            return made.path
        }
    }

    private func removeFolder() {
        folder.withLock { folder in
            folder?.remove()
            folder = nil
        }
    }

    private func run(
        _ request: LLMRequest, _ watch: Stopwatch, timeout: Duration?, stop: StopSignal, output: OutputObserver?,
        permit: StartPermit
    ) async throws -> Execution {
        let prompt = try PromptFile(request.prompt ?? "")
        var options = PlatformOptions()
        options.processGroupID = 0
        let long = try LongArguments(request) { () throws(FileError) in try longArguments() }
        defer { withExtendedLifetime(long) {} }
        let (path, arguments) = launcher.command([program.path] + LLMCommand.arguments(long.request))
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments), environment: environment,
            workingDirectory: FilePath(request.existingDirectory), platformOptions: options,
            input: .fileDescriptor(prompt.descriptor, closeAfterSpawningProcess: false), output: .sequence,
            error: .sequence
        ) { process in
            let group = process.processIdentifier.value
            groups.insert(group)
            let processWatch = ProcessWatch(
                leader: group, prompt: prompt, stop: stop, timeout: timeout, maxAnswer: maxAnswer, output: output,
                permit: permit)
            let observed = await processWatch.observe(
                output: process.standardOutput, error: process.standardError
            ) { await process.teardown(using: Self.teardown) }
            // The leader is not reaped yet, so its group's number still identifies the same processes.
            kill(-group, SIGKILL)
            groups.remove(group)
            return observed
        }
        // The file must outlive the process, which reads it.
        withExtendedLifetime(prompt) {}
        var execution = Execution(end: Execution.End(result.terminationStatus), since: watch)
        (execution.cause, execution.stdout, execution.stderr) = result.closureResult
        execution.usage = UsageReport(stderr: execution.stderr).usage
        execution.isOpaque = true
        return execution
    }
}

extension Execution.End {
    fileprivate init(_ status: TerminationStatus) {
        self =
            switch status {
            case .exited(let code): .exited(code: code)
            case .signaled(let signal): .signaled(signal)
            }
    }
}

/// The process groups that are running, so that they can be killed from anywhere.
private final class ProcessGroups: Sendable {
    private let groups = Mutex<Set<pid_t>>([])

    var all: Set<pid_t> { groups.withLock { $0 } }

    func insert(_ group: pid_t) { groups.withLock { _ = $0.insert(group) } }

    func remove(_ group: pid_t) { groups.withLock { _ = $0.remove(group) } }
}

/// A permit of the start gate, which can be returned early and is returned once.
final class StartPermit: Sendable {
    private let gate: StartGate
    private let onReturn: @Sendable () -> Void
    private let held = Mutex(true)

    init(_ gate: StartGate, onReturn: @escaping @Sendable () -> Void) {
        self.gate = gate
        self.onReturn = onReturn
    }

    func giveBack() async {
        let wasHeld = held.withLock { held in
            defer { held = false }
            return held
        }
        guard wasHeld else { return }
        await gate.leave()
        onReturn()
    }
}
