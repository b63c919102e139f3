#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The cost of something: wall time, and this process's time on all cores.
struct Cost {
    var wall: Double
    var cpu: Double

    /// Measures `body`.
    static func of<Value>(_ body: () async throws -> Value) async rethrows -> (Value, Cost) {
        let (clock, cpu) = (ContinuousClock(), ProcessUsage().cpu)
        let start = clock.now
        let value = try await body()
        return (value, Cost(wall: (clock.now - start) / .seconds(1), cpu: ProcessUsage().cpu - cpu))
    }
}

/// What this process has used so far.
struct ProcessUsage {
    /// Seconds in user and in kernel mode.
    let cpu: Double
    /// The largest resident size so far, in megabytes.
    let peakMemory: Double

    init() {
        var usage = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_SELF, &usage)
            let kilobyte = 1024.0
        #else
            getrusage(RUSAGE_SELF.rawValue, &usage)
            let kilobyte = 1.0
        #endif
        cpu = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        peakMemory = Double(usage.ru_maxrss) / kilobyte / 1024
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
