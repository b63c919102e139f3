#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What a signal does to this process.
public enum SignalDisposition {
    /// Whether SIGHUP was ignored when this was first asked, as it is under `nohup`; it is asked before anything handles it.
    public static let ignoresHangUp = isIgnored(SIGHUP)

    /// Whether a signal has no effect.
    public static func isIgnored(_ number: Int32) -> Bool { handler(number) == 1 }

    /// Whether a signal has its usual effect.
    static func isDefault(_ number: Int32) -> Bool { handler(number) == 0 }

    /// The handler's address, 0 for the usual effect and 1 for none; nil for a signal that there is not.
    private static func handler(_ number: Int32) -> Int? {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return nil }
        #if canImport(Darwin)
            return unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self)
        #else
            return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        #endif
    }
}
