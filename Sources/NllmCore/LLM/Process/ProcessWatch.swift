internal import Subprocess
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Reads a process's output until it ends, and ends it at its deadline or on a signal.
struct ProcessWatch: Sendable {
    let leader: pid_t
    let prompt: PromptFile
    let stop: StopSignal
    let timeout: Duration?
    let output: OutputObserver?
    let permit: StartPermit

    private let written: Written
    private let flood = StopSignal()

    /// `maxAnswer` is in megabytes, for both streams together.
    init(
        leader: pid_t, prompt: PromptFile, stop: StopSignal, timeout: Duration?, maxAnswer: Int,
        output: OutputObserver?, permit: StartPermit
    ) {
        written = Written(limit: maxAnswer << 20)
        self.leader = leader
        self.prompt = prompt
        self.stop = stop
        self.timeout = timeout
        self.output = output
        self.permit = permit
    }

    /// Returns when the leader has ended and its output has been read.
    func observe(
        output: SubprocessOutputSequence, error: SubprocessOutputSequence,
        endGroup: @Sendable @escaping () async -> Void
    ) async -> (cause: Execution.Cause?, stdout: [UInt8], stderr: [UInt8]) {
        await withTaskGroup(of: Execution.Cause?.self) { group in
            group.addTask {
                let cause = await untilItMustEnd()
                guard let cause else { return nil }
                // A process that writes without end is not asked to end: it could continue until it has handled the
                // signal.
                if cause != .flooded { await endGroup() }
                // That stops once the leader has ended; what it left behind may write forever.
                kill(-leader, SIGKILL)
                return cause
            }
            async let stdout = collect(output, .stdout)
            async let stderr = collect(error, .stderr)
            let (outBytes, errorBytes) = await (stdout, stderr)
            await untilLeaderEnds()
            group.cancelAll()
            let cause = await group.next() ?? nil
            return (cause, outBytes, errorBytes)
        }
    }

    private func collect(_ sequence: SubprocessOutputSequence, _ channel: OutputChannel) async -> [UInt8] {
        var bytes = OutputBuffer()
        do {
            for try await buffer in sequence {
                let kept = written.add(buffer.count)
                // Reading continues, so that the process is not stuck in a write while it is ended.
                if kept < buffer.count { flood.stop() }
                guard kept > 0 else { continue }
                let piece = buffer.withUnsafeBytes { Array($0.prefix(kept)) }
                bytes.append(piece)
                await output?(channel, piece[...])
            }
        } catch {
            // The pipe broke; what was read is the output.
        }
        return bytes.removeAll()
    }

    /// Waits for the first reason to end the process; nil if this task is cancelled before.
    private func untilItMustEnd() async -> Execution.Cause? {
        await withTaskGroup(of: Execution.Cause?.self) { group in
            group.addTask {
                await untilStarted()
                await permit.giveBack()
                guard let timeout else {
                    // No deadline; the other reasons remain.
                    await StopSignal().wait()
                    return nil
                }
                return (try? await Task.sleep(for: timeout)) == nil ? nil : .timedOut
            }
            group.addTask {
                await stop.wait()
                return Task.isCancelled ? nil : .stopped
            }
            group.addTask {
                await flood.wait()
                return Task.isCancelled ? nil : .flooded
            }
            let cause = await group.next() ?? nil
            group.cancelAll()
            return cause
        }
    }

    // MARK: The start of the request

    /// The longest time for which a process may seem to be starting.
    private static let startLimit = Duration.seconds(60)
    private static let startPoll = Duration.milliseconds(25)

    /// Waits until the process has read its prompt, has written something, or is idle: then its request can start.
    private func untilStarted() async {
        let clock = ContinuousClock()
        let begin = clock.now
        var idle = IdleProcess(leader)
        while clock.now - begin < Self.startLimit {
            guard (try? await Task.sleep(for: Self.startPoll)) != nil else { return }
            if prompt.isRead || written.any || idle.check() { return }
        }
    }

    private func untilLeaderEnds() async {
        var pause = Duration.milliseconds(1)
        while !hasEnded {
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(100))
        }
    }

    private var hasEnded: Bool {
        var info = siginfo_t()
        // WNOWAIT leaves the process for its owner to reap.
        let result = waitid(P_PID, id_t(leader), &info, WEXITED | WNOHANG | WNOWAIT)
        return result != 0 || info.si_signo == SIGCHLD
    }
}

/// The number of bytes that a process has written to both streams.
private final class Written: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    var any: Bool { count.withLock { $0 > 0 } }

    /// Adds bytes, and returns how many of them are within the limit.
    func add(_ more: Int) -> Int {
        count.withLock { count in
            defer { count += more }
            return min(more, max(0, limit - count))
        }
    }
}
