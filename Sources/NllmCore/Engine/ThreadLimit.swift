#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Whether this process can have the threads that it needs.
public enum ThreadLimit {
    /// Threads and processes of a command that does nothing but start `llm` once.
    static let needed = 32

    /// Throws if that number of threads can't be made, as with a low `ulimit -u`, or with a low `ulimit -v`, from which
    /// each thread takes its stack.
    ///
    /// The language's own runtime waits for a thread as long as it takes, which may be forever; so this has to be asked
    /// before anything is left to it.
    public static func check() throws(NllmError) {
        let made = make(needed)
        guard made < needed else { return }
        var memory = rlimit()
        #if canImport(Darwin)
            let isLimited = getrlimit(RLIMIT_AS, &memory) == 0 && memory.rlim_cur != rlim_t(RLIM_INFINITY)
        #else
            let isLimited =
                getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory) == 0 && memory.rlim_cur != rlim_t.max
        #endif
        throw .fewThreads(possible: made, needed: needed, limit: isLimited ? "ulimit -v" : "ulimit -u")
    }

    /// Makes threads that exist at the same time, as many as it can up to a number, and ends them again.
    private static func make(_ count: Int) -> Int {
        let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        defer { gate.deallocate() }
        guard pthread_mutex_init(gate, nil) == 0 else { return 0 }
        defer { pthread_mutex_destroy(gate) }
        pthread_mutex_lock(gate)
        var threads: [pthread_t] = []
        while threads.count < count, let thread = start(gate) { threads.append(thread) }
        pthread_mutex_unlock(gate)
        for thread in threads { pthread_join(thread, nil) }
        return threads.count
    }

    /// A thread that ends when the gate opens; nil if none can be had.
    private static func start(_ gate: UnsafeMutablePointer<pthread_mutex_t>) -> pthread_t? {
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let code = pthread_create(
            &thread, nil,
            { gate in
                ThreadLimit.wait(at: gate)
                return nil
            }, UnsafeMutableRawPointer(gate))
        return code == 0 ? thread : nil
    }

    private static func wait(at gate: UnsafeMutableRawPointer?) {
        guard let gate = gate?.assumingMemoryBound(to: pthread_mutex_t.self) else { return }
        pthread_mutex_lock(gate)
        pthread_mutex_unlock(gate)
    }
}
