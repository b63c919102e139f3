#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// How many files this process may have open.
enum DescriptorLimit {
    /// Open files of a running cell: its prompt, two pipes with both ends for a moment, and a handle on the process.
    private static let perCell = 8
    /// Open files that do not depend on the number of cells.
    private static let base = 64

    /// Raises the limit as far as that is allowed, and throws if so many cells at a time would still not fit.
    static func check(concurrency: Int) throws(NllmError) {
        #if canImport(Darwin)
            let resource = RLIMIT_NOFILE
        #else
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(base + WorkOptions.concurrencies.upperBound * perCell))
        setrlimit(resource, &limit)
        guard getrlimit(resource, &limit) == 0 else { return }
        let fitting = (Int(clamping: limit.rlim_cur) - base) / perCell
        guard fitting < concurrency else { return }
        throw .usage(
            "`--concurrency` is \(concurrency), but with at most \(limit.rlim_cur) open files only "
                + "\(max(fitting, 0)) cells fit; lower it, or raise the limit with `ulimit -n`")
    }
}
