#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The terminal of one of the standard streams.
struct Terminal {
    let columns: Int
    let rows: Int

    /// Examines it again, because windows change their size; nil if the stream is not a terminal.
    init?(_ descriptor: Int32) {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            (columns, rows) = (80, 24)
            return
        }
        columns = Int(size.ws_col)
        // Some terminals do not report their height.
        rows = size.ws_row > 0 ? Int(size.ws_row) : 24
    }

    /// The terminal of standard error, if it supports drawing.
    static var drawable: Terminal? { isDumb ? nil : Terminal(STDERR_FILENO) }

    /// Whether terminals support nothing but text.
    static var isDumb: Bool { variable("TERM") == "dumb" }

    /// Whether texts on a stream may be colored.
    static func hasColors(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && !isDumb && (variable("NO_COLOR") ?? "").isEmpty
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
