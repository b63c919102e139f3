internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A process that executes cells, as the store knows it.
package struct WorkerIdentity: Sendable, Equatable {
    /// What its `llm` processes carry in their environment.
    var mark: String
    var host: String
    var boot: String
    var pid: Int
    /// When the process started, so that a later process of the same number is not taken for it.
    var processStarted: String
}

extension WorkerIdentity {
    /// Without a sign of life for so many seconds a worker counts as dead.
    static let patience = 30.0

    /// This process as a worker, under a new mark.
    package static func current() -> WorkerIdentity {
        let pid = ProcessInfo.processInfo.processIdentifier
        return WorkerIdentity(
            mark: ProcessMark.new(), host: host, boot: boot, pid: Int(pid),
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
