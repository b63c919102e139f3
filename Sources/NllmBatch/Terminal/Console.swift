import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Results go to standard output, everything else to standard error.
enum Console {
    /// Prints a line of results; when nobody reads them any more, nothing is printed.
    static func out(_ text: String) {
        guard write(text + "\n", to: STDOUT_FILENO) else {
            // A closed pipe is the reader's decision and no failure.
            if errno == EPIPE { return }
            let reason = String(cString: strerror(errno))
            error("error: standard output: \(reason)")
            exit(ExitStatus.inputOutput.rawValue)
        }
    }

    /// Prints a JSON value on one line.
    static func out(_ value: JSONValue) { out(value.description) }

    /// Prints a line of messages, if anyone reads them.
    static func error(_ text: String) { _ = write(text + "\n", to: STDERR_FILENO) }

    /// Writes to standard error without a line break.
    static func draw(_ text: String) { _ = write(text, to: STDERR_FILENO) }

    /// Opens what is closed of standard input, output and error, so that no file of ours takes their numbers.
    static func openStandardStreams() {
        while true {
            let descriptor = open("/dev/null", O_RDWR)
            guard descriptor >= 0, descriptor <= STDERR_FILENO else {
                if descriptor >= 0 { close(descriptor) }
                return
            }
        }
    }

    /// Ends the program.
    static func exit(_ code: Int32) -> Never {
        #if canImport(Darwin)
            Darwin.exit(code)
        #else
            Glibc.exit(code)
        #endif
    }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                #if canImport(Darwin)
                    Darwin.write(descriptor, $0.baseAddress, $0.count)
                #else
                    Glibc.write(descriptor, $0.baseAddress, $0.count)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

/// The terminal behind standard error, if there is one.
struct Terminal {
    let columns: Int
    let rows: Int

    /// Looks anew, because windows change their size; nil when standard error is no terminal.
    static var current: Terminal? {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
        if let kind = getenv("TERM").map({ String(cString: $0) }), kind == "dumb" { return nil }
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return Terminal(columns: 80, rows: 24)
        }
        // Some terminals do not know their height.
        return Terminal(columns: Int(size.ws_col), rows: size.ws_row > 0 ? Int(size.ws_row) : 24)
    }
}
