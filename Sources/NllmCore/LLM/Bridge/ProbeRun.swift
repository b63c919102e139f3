internal import FoundationEssentials
internal import Subprocess
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A short run of a program in its own process group, whose members are examined meanwhile.
struct ProbeRun {
    var status: TerminationStatus
    /// Whether it ended by itself and in time.
    var hasEnded: Bool
    /// The processes that ran `llm`, if the system shows them.
    var sighted: [PythonProcess]

    /// Runs it with three files as its standard input, output and error; throws if it cannot be started.
    init(
        _ command: [String], environment: Environment, streams: [String], patience: Duration
    ) async throws {
        var options = PlatformOptions()
        options.processGroupID = 0
        let files = try streams.map {
            try FileDescriptor.open(
                $0, .readWrite, options: [.create, .append, .closeOnExec], permissions: .ownerReadWrite)
        }
        defer { for file in files { try? file.close() } }
        let result = try await Subprocess.run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())), environment: environment,
            platformOptions: options, input: .fileDescriptor(files[0], closeAfterSpawningProcess: false),
            output: .fileDescriptor(files[1], closeAfterSpawningProcess: false),
            error: .fileDescriptor(files[2], closeAfterSpawningProcess: false)
        ) { process in
            await Self.watch(process.processIdentifier.value, until: .now + patience)
        }
        status = result.terminationStatus
        (hasEnded, sighted) = result.closureResult
    }

    /// Waits for the leader of a group, then ends the group.
    private static func watch(
        _ leader: pid_t, until deadline: ContinuousClock.Instant
    ) async -> (hasEnded: Bool, sighted: [PythonProcess]) {
        var sighted: [pid_t: PythonProcess] = [:]
        var hasEnded = false
        while true {
            for pid in members(of: leader) where sighted[pid] == nil {
                if let process = PythonProcess(pid: pid) { sighted[pid] = process }
            }
            var change = siginfo_t()
            // The leader stays a zombie, so its group's number still identifies the same processes.
            hasEnded = waitid(P_PID, id_t(leader), &change, WEXITED | WNOHANG | WNOWAIT) == 0 && change.si_signo != 0
            guard !hasEnded, ContinuousClock.now < deadline, (try? await Task.sleep(for: .milliseconds(20))) != nil
            else { break }
        }
        kill(-leader, SIGKILL)
        // A cancellation ends it as well, and may come before this check.
        return (hasEnded && !Task.isCancelled, sighted.sorted { $0.key < $1.key }.map(\.value))
    }

    /// The processes of a group; none if the system does not list them, as on macOS.
    private static func members(of group: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { getpgid($0) == group }
    }
}
