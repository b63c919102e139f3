#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The terminal behind one of the standard streams.
struct Terminal {
    let columns: Int
    let rows: Int

    /// Looks anew, because windows change their size; nil when the stream is no terminal.
    init?(_ descriptor: Int32) {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            (columns, rows) = (80, 24)
            return
        }
        columns = Int(size.ws_col)
        // Some terminals do not know their height.
        rows = size.ws_row > 0 ? Int(size.ws_row) : 24
    }

    /// The terminal behind standard error, if things can be drawn there.
    static var drawable: Terminal? { isDumb ? nil : Terminal(STDERR_FILENO) }

    /// Whether terminals understand nothing but text.
    static var isDumb: Bool { variable("TERM") == "dumb" }

    /// Whether texts on a stream may be coloured.
    static func hasColors(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && !isDumb && (variable("NO_COLOR") ?? "").isEmpty
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
