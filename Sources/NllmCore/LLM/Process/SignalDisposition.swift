#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The effect of a signal on this process.
public enum SignalDisposition {
    /// Whether SIGHUP was ignored at the first check, as under `nohup`; it is checked before SIGHUP gets a handler.
    public static let ignoresHangUp = isIgnored(SIGHUP)

    /// Whether a signal has no effect.
    public static func isIgnored(_ number: Int32) -> Bool { handler(number) == 1 }

    /// Whether a signal has its default effect.
    static func isDefault(_ number: Int32) -> Bool { handler(number) == 0 }

    /// The handler's address, 0 for the default effect and 1 for none; nil for a signal that does not exist.
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
