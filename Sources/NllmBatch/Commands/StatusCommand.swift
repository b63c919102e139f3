import ArgumentParser
import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the progress of a run: counts by state and model, failures, rate, cost.",
        discussion: """
            With --watch, the same is shown again until the run has ended: in place on a terminal, else one block after the \
            other.
            """)

    /// The numbers of seconds that may lie between two times.
    private static let intervals = 0.1...86_400

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Option(
        defaultAsFlag: "1s",
        help: ArgumentHelp(
            "Show it again after each such time, such as 5s, until the run has ended.", valueName: "time"))
    var watch: String?

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws {
        if let flaw = watch.flatMap({ DurationText.flaw($0, Self.intervals) }) {
            throw ValidationError("`--watch` \(flaw); name the run before it")
        }
    }

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        let interval = watch.flatMap(DurationText.seconds)
        var drawn = DrawnLines()
        while true {
            let progress = try await store.measured(store.progress(of: run))
            let isLast = interval == nil || progress.hasEnded
            if json {
                guard Console.out(try await store.document(of: progress)) else { return }
            } else {
                let text = try await StatusText.read(progress, from: store, hint: common.hint)
                guard Self.print(text.lines, &drawn, isLast: isLast) else { return }
            }
            guard let interval, !isLast, Console.isRead else { return }
            try await Task.sleep(for: .seconds(interval))
        }
    }

    /// Prints a block, in place of the last one if that can be; false if nobody reads it any more.
    private static func print(_ lines: [String], _ drawn: inout DrawnLines, isLast: Bool) -> Bool {
        guard !Terminal.isDumb, let terminal = Terminal(STDOUT_FILENO) else {
            return Console.out(lines.joined(separator: "\n") + (isLast ? "" : "\n"))
        }
        // The last one stays, and may be longer than the screen.
        guard !isLast else {
            return Console.draw(out: drawn.replace(with: lines.map { StyledText($0) }, on: STDOUT_FILENO))
        }
        var shown = lines
        if lines.count >= terminal.rows {
            shown =
                lines.prefix(max(1, terminal.rows - 2)) + ["… \(lines.count - max(1, terminal.rows - 2)) more lines"]
        }
        let fitting = shown.map { StyledText($0).shortened(to: terminal.columns - 1) }
        return Console.draw(out: drawn.replace(with: fitting, on: STDOUT_FILENO))
    }
}
