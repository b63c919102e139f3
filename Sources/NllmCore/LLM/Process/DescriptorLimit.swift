#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The number of files that this process may open, and the number it needs.
///
/// A shortage in the middle of work cannot be made up for, so this is checked before anything is started.
public enum DescriptorLimit {
    /// What a process is about to do.
    public enum Use: Sendable {
        /// Read or change the database, and write artifacts.
        case database
        /// Also run programs one after the other.
        case programs
        /// Also execute this number of cells at a time.
        case cells(Int)
    }

    // Measured: 7, 18 and 24 files with the usual three streams, and 4 for each process of a cell; the rest is margin.

    /// Open files of the database, its journal, and an artifact that is being written.
    private static let forDatabase = 10
    /// Open files of programs that run two at a time, their pipes and what waits for them.
    private static let forPrograms = 15
    /// Additional open files of a worker without cells: a second database, and warm Pythons instead of other programs.
    private static let forWorker = 5
    /// Open files of a running cell: its prompt, two pipes with both ends for a moment, and a handle on the process.
    private static let perCell = 6

    /// Raises the limit as far as allowed, and throws if it is still too low.
    public static func check(_ use: Use) throws(NllmError) {
        guard let limit = raise() else { return }
        let open = openAtStart
        let needed =
            switch use {
            case .database: open + forDatabase
            case .programs: open + forDatabase + forPrograms
            case .cells: open + forDatabase + forPrograms + forWorker
            }
        let isForCells = if case .cells = use { true } else { false }
        let least = needed + (isForCells ? perCell : 0)
        guard limit >= least else {
            throw .usage(
                "at most \(limit) files may be open, but \(isForCells ? "one cell at a time" : "this command") needs "
                    + "\(least); raise the limit with `ulimit -n`")
        }
        guard case .cells(let cells) = use, (limit - needed) / perCell < cells else { return }
        let fitting = (limit - needed) / perCell
        throw .usage(
            "`--concurrency` is \(cells), but with at most \(limit) open files only \(fitting) "
                + "\(fitting == 1 ? "cell fits" : "cells fit"); lower it, or raise the limit with `ulimit -n`")
    }

    /// The limit, raised to a useful value if that is allowed; nil if it is unknown.
    private static func raise() -> Int? {
        #if canImport(Darwin)
            let resource = RLIMIT_NOFILE
        #else
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        let useful = 256 + Int(Setting.concurrency.range.upperBound) * perCell
        let current = limit.rlim_cur
        limit.rlim_cur = max(current, min(limit.rlim_max, rlim_t(useful)))
        if limit.rlim_cur > current, setrlimit(resource, &limit) != 0 { limit.rlim_cur = current }
        return Int(clamping: limit.rlim_cur)
    }

    /// The number of files that were open at the first check, before any of those counted above.
    private static let openAtStart = {
        (0..<Int32(1024)).count { fcntl($0, F_GETFD) >= 0 }
    }()
}
