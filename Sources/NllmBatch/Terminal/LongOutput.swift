import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Results of any length: on a terminal they go through a pager, else to standard output.
struct LongOutput {
    /// Whether lines have colors.
    let colored: Bool
    private let descriptor: Int32

    /// Prints lines; false if nobody reads them any more.
    @discardableResult
    func print(_ lines: [StyledText]) -> Bool {
        Console.draw(out: lines.map { $0.text(colored: colored) + "\n" }.joined(), to: descriptor)
    }

    /// Calls `body` with the output, and waits until it has been read.
    static func run(_ body: (LongOutput) throws -> Void) throws {
        let colored = Terminal.hasColors(STDOUT_FILENO)
        guard let pager, let stream = start(pager) else {
            return try body(LongOutput(colored: colored, descriptor: STDOUT_FILENO))
        }
        // Keys that stop programs are the pager's while it shows something.
        let before = [SIGINT, SIGQUIT].map { signal($0, SIG_IGN) }
        defer { for (number, handler) in zip([SIGINT, SIGQUIT], before) { signal(number, handler) } }
        let result = Result { try body(LongOutput(colored: colored, descriptor: fileno(stream))) }
        let status = pclose(stream)
        if status >> 8 & 0xFF == commandNotFound {
            Console.error("error: the pager can't be run; set PAGER=cat for none")
            throw ExitStatus.unavailable.error
        }
        try result.get()
    }

    /// The shell's status for a program that is not there.
    private static let commandNotFound: Int32 = 127

    /// The command of the pager for the shell; nil if there is to be none.
    private static var pager: String? {
        guard Terminal(STDOUT_FILENO) != nil, !Terminal.isDumb else { return nil }
        guard let chosen = getenv("PAGER").map({ String(cString: $0) }) else {
            return "if command -v less >/dev/null; then exec less -FRX; else exec cat; fi"
        }
        return ["", "cat"].contains(chosen) ? nil : chosen
    }

    /// Starts a command that reads what is written to the stream.
    private static func start(_ pager: String) -> UnsafeMutablePointer<FILE>? {
        // A pager is told by this signal that nobody reads what it writes.
        signal(SIGPIPE, SIG_DFL)
        defer { signal(SIGPIPE, SIG_IGN) }
        // Without these, less would show colors and other scripts as codes.
        let settings = "LESS=${LESS-FRX} LESSCHARSET=${LESSCHARSET-utf-8}; export LESS LESSCHARSET; "
        return popen(settings + pager, "w")
    }
}
