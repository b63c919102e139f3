internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A registered worker.
struct WorkerRow: Sendable, Equatable {
    var id: WorkerID
    var identity: WorkerIdentity
    var heartbeatAt: Date
    /// Whether it reported that it ended, or was given up.
    var hasEnded: Bool

    init(_ row: any Row) throws {
        id = try row.id("id")
        identity = WorkerIdentity(
            mark: try row.text("mark"), host: try row.text("host"), boot: try row.text("boot"),
            pid: try row.int("pid"), processStarted: try row.text("process_started"))
        heartbeatAt = try row.date("heartbeat_at")
        hasEnded = try row.optionalInt("ended_at") != nil
    }
}

extension WorkerRow {
    /// Whether the worker's process is gone, as far as can be seen from here.
    func isGone(seenFrom observer: WorkerIdentity) -> Bool {
        if hasEnded { return true }
        guard identity.sharesHost(with: observer) else { return false }
        if identity.boot != observer.boot { return true }
        let pid = pid_t(truncatingIfNeeded: identity.pid)
        guard let started = ProcessTable.startTime(pid) else {
            // Another user's process may be hidden, and then only refuses signals.
            return kill(pid, 0) != 0 && errno == ESRCH
        }
        if started != identity.processStarted { return true }
        // Killed, but its parent has not noticed yet.
        return ProcessTable.activity(pid).map { ["Z", "X"].contains($0.state) } ?? false
    }

    /// Ends the processes that it has left on this host; one that has ended in order has left none.
    func endProcesses(seenFrom observer: WorkerIdentity) {
        guard !hasEnded, identity.sharesHost(with: observer) else { return }
        ProcessTable.killGroups(variable: ProcessMark.variable, value: identity.mark)
    }

    /// Whether it seems to have given no sign of life for too long, as far as a single look shows.
    ///
    /// A heartbeat in the future comes from a clock that differs, and says no more than an old one.
    func seemsSilent(now: Date) -> Bool {
        abs(now.timeIntervalSince(heartbeatAt)) > WorkerIdentity.patience
    }
}
