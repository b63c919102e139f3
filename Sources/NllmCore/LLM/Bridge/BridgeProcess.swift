internal import Subprocess
internal import Synchronization
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The Python process of a bridge, which reads and writes lines.
final class BridgeProcess: Sendable {
    /// The number of bytes of its standard error that are kept.
    private static let tailLength = 4096

    private let input: AsyncStream<[UInt8]>
    private let send: AsyncStream<[UInt8]>.Continuation
    private let state = Mutex(State())

    private struct State {
        var pid: pid_t?
        var isKilled = false
        var tail: [UInt8] = []
    }

    /// Makes a write to a process that has ended fail instead of ending this process, unless SIGPIPE has a handler.
    private static let ignoresBrokenPipes: Void = {
        guard SignalDisposition.isDefault(SIGPIPE) else { return }
        signal(SIGPIPE, SIG_IGN)
    }()

    init() {
        Self.ignoresBrokenPipes
        (input, send) = AsyncStream.makeStream()
        send.yield(BridgeSources.message)
    }

    /// Queues a line, with its end, after those before it.
    func write(_ line: [UInt8]) { send.yield(line) }

    /// Ends its input, and thereby the process.
    func close() { send.finish() }

    /// Ends the process at once; its forks end with it.
    func kill() {
        state.withLock { state in
            state.isKilled = true
            if let pid = state.pid { Self.kill(group: pid) }
        }
    }

    /// The last line that it wrote to standard error.
    var lastWords: String? {
        let tail = state.withLock { $0.tail }
        return String(decoding: tail, as: UTF8.self).lastLine
    }

    /// The processor time that it has used so far, in seconds; nil where the system does not tell.
    var processorTime: Double? {
        guard let pid = state.withLock({ $0.pid }), let activity = ProcessTable.activity(pid) else { return nil }
        return Double(activity.ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Runs the process to completion.
    ///
    /// - Parameters:
    ///   - command: the program's absolute path and its arguments.
    ///   - environment: all variables.
    ///   - take: receives each line that it writes, without its end, in order.
    /// - Returns: how it ended, for people.
    func run(
        _ command: (path: String, arguments: [String]), environment: Environment,
        take: @escaping @Sendable (ArraySlice<UInt8>) -> Void
    ) async -> String {
        var options = PlatformOptions()
        options.processGroupID = 0
        do {
            let result = try await Subprocess.run(
                .path(FilePath(command.path)), arguments: Arguments(command.arguments), environment: environment,
                platformOptions: options, input: .inputWriter, output: .sequence, error: .sequence
            ) { process in
                begin(process.processIdentifier.value)
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await self.feed(process.standardInputWriter) }
                    group.addTask { await self.keepTail(of: process.standardError) }
                    await Self.read(process.standardOutput, take)
                    // Nobody reads its answers any more.
                    send.finish()
                    await Self.waitForEnd(of: process.processIdentifier.value)
                    kill()
                }
                end()
            }
            return switch result.terminationStatus {
            case .exited(let code): "it ended with code \(code)"
            case .signaled(let signal): "it was killed by signal \(signal)"
            }
        } catch {
            return "it could not be started: \(ErrorText.reason(error))"
        }
    }

    private func begin(_ pid: pid_t) {
        state.withLock { state in
            state.pid = pid
            if state.isKilled { Self.kill(group: pid) }
        }
    }

    /// Called before the process is reaped, because its number may be reused afterwards.
    private func end() { state.withLock { $0.pid = nil } }

    private static func kill(group: pid_t) {
        #if canImport(Darwin)
            _ = Darwin.kill(-group, SIGKILL)
        #else
            _ = Glibc.kill(-group, SIGKILL)
        #endif
    }

    /// Gives a process that has closed its output some time to end by itself, which is more informative than a signal.
    private static func waitForEnd(of pid: pid_t) async {
        for _ in 1...50 {
            guard let activity = ProcessTable.activity(pid), !["Z", "X"].contains(activity.state) else { return }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func feed(_ writer: StandardInputWriter) async {
        for await line in input {
            // Writes fail after it has ended, which shows at the end of its output.
            guard (try? await writer.write(line)) != nil else { break }
        }
        try? await writer.finish()
    }

    private func keepTail(of sequence: SubprocessOutputSequence) async {
        do {
            for try await buffer in sequence {
                let bytes = buffer.withUnsafeBytes { Array($0.suffix(Self.tailLength)) }
                state.withLock { $0.tail = ($0.tail + bytes).suffix(Self.tailLength) }
            }
        } catch {
            // The pipe broke; what was read is all there is.
        }
    }

    private static func read(
        _ sequence: SubprocessOutputSequence, _ take: @Sendable (ArraySlice<UInt8>) -> Void
    ) async {
        let end = UInt8(ascii: "\n")
        var rest: [UInt8] = []
        do {
            for try await buffer in sequence {
                let seen = rest.count
                buffer.withUnsafeBytes { rest.append(contentsOf: $0) }
                var (start, searched) = (0, seen)
                while let index = rest[searched...].firstIndex(of: end) {
                    take(rest[start..<index])
                    (start, searched) = (index + 1, index + 1)
                }
                if start > 0 { rest.removeFirst(start) }
            }
        } catch {
            // The pipe broke, as at the end of the process.
        }
    }
}
