import ArgumentParser
import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Show the last results, and with --follow those that come.",
        discussion: """
            A line has the time, the state, the duration, the cost, model and prompt, and the start of the answer or of the \
            error. With --json, lines are objects as in results.jsonl.
            """)

    private static let pause = Duration.milliseconds(500)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: all runs).")
    var run: String?

    @Flag(name: .shortAndLong, help: "Continue until the run has ended, or without a run for ever.")
    var follow = false

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("The number of results, from the last one, to begin with.", valueName: "number"))
    var lines = 10

    @Flag(help: "Print one JSON object per line.")
    var json = false

    func validate() throws {
        if lines < 0 { throw ValidationError("`--lines` is \(lines) but must be at least 0") }
    }

    func run() async throws {
        let store = try common.open()
        var run: Run?
        if let name = self.run { run = try await store.run(name) }
        var feed = try await ResultFeed(store, of: run, last: lines)
        var text = ResultLines(namesRuns: run == nil)
        while true {
            // Read first, so that no result comes after the end.
            let isOver = try await isOver(run, in: store)
            while let result = try await feed.next() {
                guard json ? Console.out(result.document) : text.print(result) else { return }
            }
            if isOver || !Console.isRead { return }
            try await Task.sleep(for: Self.pause)
        }
    }

    private func isOver(_ run: Run?, in store: Store) async throws -> Bool {
        guard follow else { return true }
        guard let run else { return false }
        return try await store.progress(of: run).hasEnded
    }
}

/// Results as lines for people.
struct ResultLines {
    /// The most columns of a line that is not for a terminal.
    private static let mostColumns = 200
    /// The most characters of an answer that are looked at.
    private static let longestStart = 1000

    private let namesRuns: Bool
    private let colored = Terminal.hasColors(STDOUT_FILENO)
    private var run: String?

    /// - Parameter namesRuns: whether a line says when results of another run follow.
    init(namesRuns: Bool) { self.namesRuns = namesRuns }

    /// Prints a result; false if nobody reads it any more.
    mutating func print(_ result: FinishedResult) -> Bool {
        var lines: [StyledText] = []
        if namesRuns, result.run != run { lines.append(StyledText("==> \(result.run.oneLine) <==")) }
        run = result.run
        lines.append(Self.line(result).shortened(to: Terminal(STDOUT_FILENO)?.columns ?? Self.mostColumns))
        return Console.out(lines, colored: colored)
    }

    private static func line(_ result: FinishedResult) -> StyledText {
        var line = StyledText(Timestamp.clock(result.finishedAt) + "  ")
        line.append(Table.fit(result.status.rawValue, to: 7), result.status == .ok ? .green : .red)
        line.append("  " + right(Format.duration(result.seconds), 8))
        line.append("  " + right(result.cost.map(Format.dollars) ?? "", 9))
        line.append("  " + CellName.text(result.model, prompt: result.prompt, sample: result.sample).oneLine + " ")
        if result.passed == false { line.append("did not pass: ", .yellow) }
        line.append(String(result.text.unicodeScalars.prefix(longestStart)).oneLine)
        return line
    }

    private static func right(_ text: String, _ columns: Int) -> String {
        String(repeating: " ", count: max(0, columns - Table.width(text))) + text
    }
}
