internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A process that executes cells, as known to the store.
package struct WorkerIdentity: Sendable, Equatable {
    /// The mark in the environment of its `llm` processes.
    var mark: String
    var host: String
    var boot: String
    var pid: Int
    /// When the process started, which distinguishes it from a later process with the same number.
    var processStarted: String
}

extension WorkerIdentity {
    /// Seconds without a sign of life after which a worker counts as dead.
    static let patience = 30.0

    /// This process as a worker, with a new mark.
    package static func current() -> WorkerIdentity {
        let pid = ProcessInfo.processInfo.processIdentifier
        return WorkerIdentity(
            mark: ProcessMark.new(), host: host, boot: boot, pid: Int(pid),
            processStarted: ProcessTable.startTime(pid) ?? "unknown")
    }

    /// Identifies the machine within which process numbers are unique: containers have their own.
    private static var host: String {
        let name = ProcessInfo.processInfo.hostName
        let namespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        return namespace.map { "\(name) \($0)" } ?? name
    }

    /// Changes at each boot of the machine.
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

    /// Whether process numbers mean the same for both.
    func sharesHost(with other: WorkerIdentity) -> Bool { host == other.host }
}
