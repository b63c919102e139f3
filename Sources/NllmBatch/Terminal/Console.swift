import FoundationEssentials
import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Results go to standard output, everything else to standard error.
enum Console {
    /// Prints lines of results, or part of one; if nobody reads them any more, nothing is printed.
    ///
    /// Control characters except tabs and line breaks become U+FFFD, here and in ``error(_:)``: a text's content must
    /// not control a terminal. Colors and table sequences are written by other functions.
    ///
    /// - Returns: false if nobody reads them any more.
    @discardableResult
    static func out(_ text: String, terminator: String = "\n") -> Bool { draw(out: text.printableLines + terminator) }

    /// Prints a JSON value on one line; false if nobody reads it any more.
    @discardableResult
    static func out(_ value: JSONValue) -> Bool { out(value.description.printableJSON) }

    /// Writes whole lines of an export: unchanged to a file or pipe, like all other results to a terminal.
    ///
    /// If nobody reads them any more, the program ends.
    static func out(_ bytes: [UInt8]) {
        guard isatty(STDOUT_FILENO) == 0 else {
            out(String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n"), terminator: "")
            return
        }
        do throws(BrokenStream) {
            try write(bytes, to: STDOUT_FILENO)
        } catch {
            guard !error.isClosed else { exit(ExitStatus.success.rawValue) }
            self.error(error.message)
            exit(ExitStatus.inputOutput.rawValue)
        }
    }

    /// Prints lines of messages, if anyone reads them; in a file, each has its time.
    static func error(_ text: String) {
        draw(
            text.printableLines.split(separator: "\n", omittingEmptySubsequences: false).map { time + $0 + "\n" }
                .joined())
    }

    /// Prints lines of messages with their colors; in a file, each has its time.
    static func error(_ lines: [StyledText], colored: Bool) {
        draw(lines.map { time + $0.text(colored: colored) + "\n" }.joined())
    }

    /// Prints lines of results with their colors; false if nobody reads them any more.
    @discardableResult
    static func out(_ lines: [StyledText], colored: Bool) -> Bool {
        draw(out: lines.map { $0.text(colored: colored) + "\n" }.joined())
    }

    /// Writes to standard output, or to what reads results in its place, unchanged: for texts created by this program,
    /// including sequences for terminals.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - descriptor: the stream.
    /// - Returns: false if nobody reads it any more.
    @discardableResult
    static func draw(out text: String, to descriptor: Int32 = STDOUT_FILENO) -> Bool {
        do throws(BrokenStream) {
            try write(text, to: descriptor)
            return true
        } catch {
            // A closed pipe is the reader's decision, not a failure.
            guard !error.isClosed else { return false }
            self.error(error.message)
            exit(ExitStatus.inputOutput.rawValue)
        }
    }

    /// Whether standard output still has a reader, as far as that shows before something is written.
    static var isRead: Bool {
        var stream = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&stream, 1, 0) <= 0 || Int32(stream.revents) & (POLLERR | POLLHUP) == 0
    }

    /// The local time for a line of a log, `2026-11-28 02:15:03 `; empty if standard error is not a file.
    static var time: String { errorIsFile ? Timestamp.log(Date()) + " " : "" }

    private static let errorIsFile: Bool = {
        var info = stat()
        return fstat(STDERR_FILENO, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
    }()

    /// Writes to standard error unchanged, without a line break: for texts created by this program, including sequences
    /// for terminals.
    static func draw(_ text: String) { try? write(text, to: STDERR_FILENO) }

    /// Opens standard input, output and error if they are closed, so that no other file gets their numbers.
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

    /// Writes a text, in one system call if possible.
    static func write(_ text: String, to descriptor: Int32) throws(BrokenStream) {
        try write(Array(text.utf8), to: descriptor)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(BrokenStream) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                #if canImport(Darwin)
                    Darwin.write(descriptor, $0.baseAddress, $0.count)
                #else
                    Glibc.write(descriptor, $0.baseAddress, $0.count)
                #endif
            }
            if count < 0 {
                switch errno {
                case EINTR: continue
                case EAGAIN:
                    // Another program has made the shared terminal or pipe non-blocking.
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                    continue
                default: throw BrokenStream(code: errno, of: descriptor)
                }
            }
            sent += count
        }
    }
}

/// Why nothing more can be written to standard output or error.
struct BrokenStream: Error {
    let code: Int32
    /// Whether it is, or was, a terminal.
    let isTerminal: Bool

    /// - Parameters:
    ///   - code: the system's error number.
    ///   - descriptor: the stream.
    init(code: Int32, of descriptor: Int32) {
        self.code = code
        // A terminal that is gone cannot be identified as one.
        var info = stat()
        isTerminal = fstat(descriptor, &info) == 0 && info.st_mode & S_IFMT == S_IFCHR
    }

    /// Whether the only problem is that nobody reads it any more; a terminal that is gone reports EIO.
    var isClosed: Bool { code == EPIPE || isTerminal && [EIO, ENXIO, ENODEV].contains(code) }

    /// The error for the user, concerning standard output.
    var message: String { "error: standard output: \(String(cString: strerror(code)))" }
}
