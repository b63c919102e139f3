internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension WorkerIdentity {
    /// Without a sign of life for so many seconds a worker counts as dead.
    static let patience = 30.0

    /// This process as a worker, under a new mark.
    package static func current() -> WorkerIdentity {
        let pid = ProcessInfo.processInfo.processIdentifier
        return WorkerIdentity(
            mark: UUID().uuidString.lowercased(), host: host, boot: boot, pid: Int(pid),
            processStarted: ProcessTable.startTime(pid) ?? "unknown")
    }

    /// The machine, as far as process numbers mean the same: containers count their own.
    private static var host: String {
        let name = ProcessInfo.processInfo.hostName
        let namespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        return namespace.map { "\(name) \($0)" } ?? name
    }

    /// Changes whenever the machine starts anew.
    private static var boot: String {
        #if os(Linux)
            let bytes = (try? FileReader(path: "/proc/sys/kernel/random/boot_id", .any).rest(limit: 100)) ?? nil
            return bytes.map { String(decoding: $0.filter { $0 > 0x20 }, as: UTF8.self) } ?? "unknown"
        #else
            var size = 0
            sysctlbyname("kern.bootsessionuuid", nil, &size, nil, 0)
            var bytes = [UInt8](repeating: 0, count: size)
            guard sysctlbyname("kern.bootsessionuuid", &bytes, &size, nil, 0) == 0 else { return "unknown" }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        #endif
    }

    /// Whether both run where process numbers mean the same.
    func sharesHost(with other: WorkerIdentity) -> Bool { host == other.host }
}

extension WorkerRow {
    /// Whether the worker's process is gone, as far as that can be seen from here.
    func isGone(seenFrom observer: WorkerIdentity) -> Bool {
        if hasEnded { return true }
        guard identity.sharesHost(with: observer) else { return false }
        if identity.boot != observer.boot { return true }
        let pid = pid_t(truncatingIfNeeded: identity.pid)
        guard let started = ProcessTable.startTime(pid) else {
            // Another user's process may be hidden, and then only refuses to be signalled.
            return kill(pid, 0) != 0 && errno == ESRCH
        }
        if started != identity.processStarted { return true }
        // Killed, but its parent has not noticed yet.
        return ProcessTable.activity(pid).map { ["Z", "X"].contains($0.state) } ?? false
    }

    /// Whether it seems to have given no sign of life for too long, as far as one look can tell.
    ///
    /// A heartbeat in the future comes from a clock that differs, and tells no more than an old one.
    func seemsSilent(now: Date) -> Bool {
        abs(now.timeIntervalSince(heartbeatAt)) > WorkerIdentity.patience
    }
}
