internal import FoundationEssentials
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What the system reports about its processes.
///
/// If it reports nothing, as on macOS, nothing is known.
enum ProcessTable {
    /// The start of a process, in a text that differs from that of every other process with the same number; nil if it
    /// is gone.
    static func startTime(_ pid: pid_t) -> String? {
        #if os(Linux)
            // The 22nd field; the second, the name, may contain spaces and parentheses.
            fields(pid).flatMap { $0.count > 19 ? String($0[19]) : nil }
        #else
            kill(pid, 0) == 0 || errno == EPERM ? "unknown" : nil
        #endif
    }

    /// State and processor time in ticks of a process; nil if they are unknown.
    static func activity(_ pid: pid_t) -> (state: String, ticks: Int)? {
        guard let fields = fields(pid), fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12])
        else { return nil }
        return (String(fields[0]), user + system)
    }

    /// Kills every process group with a member whose environment has that variable with that value.
    static func killGroups(variable: String, value: String) {
        let wanted = Array("\(variable)=\(value)".utf8)
        var groups: Set<pid_t> = []
        for pid in pids() where pid != getpid() {
            guard let environment = bytes("/proc/\(pid)/environ"),
                environment.split(separator: 0).contains(where: { $0.elementsEqual(wanted) })
            else { continue }
            let group = getpgid(pid)
            if group > 1, group != getpgrp() { groups.insert(group) }
        }
        for group in groups { kill(-group, SIGKILL) }
    }

    /// The fields of `/proc/PID/stat` from the third one on.
    private static func fields(_ pid: pid_t) -> [Substring]? {
        guard let stat = bytes("/proc/\(pid)/stat") else { return nil }
        let text = String(decoding: stat, as: UTF8.self)
        guard let name = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: name)...].split(separator: " ")
    }

    private static func pids() -> [pid_t] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var pids: [pid_t] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let pid = pid_t(name) { pids.append(pid) }
        }
        return pids
    }

    private static func bytes(_ path: String) -> [UInt8]? {
        // Such files report a size of 0, so they are read to their end.
        try? FileReader(path: path, .any).rest(limit: 4 << 20)
    }
}

/// The mark in the environment of `llm` processes, which identifies a dead worker's orphans.
enum ProcessMark {
    static let variable = "NLLM_BATCH_WORKER"
    /// The variable with the mark of one warm Python among those of a worker.
    static let bridgeVariable = "NLLM_BATCH_BRIDGE"

    /// A unique mark.
    static func new() -> String { UUID().uuidString.lowercased() }
}

/// Detects whether a process waits for something other than a processor.
struct IdleProcess {
    /// The number of consecutive checks that must agree.
    private static let looks = 6

    private let pid: pid_t
    private var lastTicks = -1
    private var agreeing = 0

    init(_ pid: pid_t) {
        self.pid = pid
    }

    /// Checks once more; true if the process was asleep and used no processor time in each recent check.
    mutating func check() -> Bool {
        guard let activity = ProcessTable.activity(pid) else { return false }
        agreeing = activity.state == "S" && activity.ticks == lastTicks ? agreeing + 1 : 0
        lastTicks = activity.ticks
        return agreeing >= Self.looks
    }
}
