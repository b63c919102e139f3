import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Prints all output of a working command, so that every line is whole: answers, messages, results, and a table that is
/// redrawn in place below them.
///
/// It has its own thread, because a slow reader must not block the work.
actor Screen {
    private let executor = BlockingExecutor(label: "screen")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let linesGoToError: Bool
    private let outIsTerminal = Terminal(STDOUT_FILENO) != nil
    private let outHasColors = Terminal.hasColors(STDOUT_FILENO)
    private let errorHasColors = Terminal.hasColors(STDERR_FILENO)
    private var colors: [String: Color] = [:]
    /// Whether an answer's line has begun and not ended; if it is on the terminal, there is no table meanwhile.
    private var isInLine = false
    /// The table's lines that are on the terminal.
    private var drawn = DrawnLines()
    /// Why standard output accepts nothing more.
    private var broken: BrokenStream?

    /// - Parameter linesGoToError: whether standard output is for results only.
    init(linesGoToError: Bool) {
        self.linesGoToError = linesGoToError
    }

    /// The problem with standard output, for the user; a reader that went away is not a failure.
    var failure: String? { broken.flatMap { $0.isClosed ? nil : $0.message } }

    /// Prints a worker's events until its feed ends.
    func show(_ feed: EventFeed, verbose: Bool) async {
        for await event in feed.events {
            if case .line(let model, let prompt, let sample, let channel, let text) = event {
                line(text, channel, of: model, prompt: prompt, sample: sample)
            } else if case .piece(let model, let text) = event {
                piece(text, of: model)
            } else if case .ended(let progress) = event {
                message(progress.sentence)
                if linesGoToError {
                    result(progress.json)
                } else if progress.run.hasFolder {
                    result(progress.run.folder)
                }
            } else if let text = event.text(verbose: verbose) {
                message(text.oneLine)
            }
            feed.note(shown: event)
        }
        if feed.lost > 0 {
            message("\(Format.count(feed.lost, "line")) not shown, because nobody read them; they are in the results")
        }
    }

    /// Prints a message.
    func message(_ text: String) {
        endLine()
        erase()
        Console.error(text)
    }

    /// Prints objects for programs among the messages, one per line.
    func object(_ text: String) {
        endLine()
        erase()
        Console.draw(text + "\n")
    }

    /// Prints a line of results.
    func result(_ text: String) { printOut(text.printable + "\n") }

    /// Prints an object among the results.
    func result(_ value: JSONValue) { printOut(value.description.printableJSON + "\n") }

    private func line(_ text: String, _ channel: OutputChannel, of model: String, prompt: String?, sample: Int) {
        var line = StyledText(CellName.text(model, prompt: prompt, sample: sample), color(of: model))
        if channel == .stderr { line.append(" stderr:", .red) }
        line.append(" " + text)
        if channel == .stderr || linesGoToError {
            endLine()
            erase()
            Console.error([line], colored: errorHasColors)
        } else {
            printOut(line.text(colored: outHasColors) + "\n")
        }
    }

    private func piece(_ text: String, of model: String) {
        let name = StyledText(CellName.text(model, prompt: nil, sample: 1), color(of: model))
        let prefix =
            linesGoToError
            ? Console.time + name.text(colored: errorHasColors) + " " : name.text(colored: outHasColors) + " "
        var shown = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.offset > 0 {
                shown += isInLine ? "\n" : prefix + "\n"
                isInLine = false
            }
            guard !line.element.isEmpty else { continue }
            shown += (isInLine ? "" : prefix) + String(line.element).printable
            isInLine = true
        }
        if linesGoToError {
            erase()
            Console.draw(shown)
        } else {
            printOut(shown)
        }
    }

    private var isInLineOfTerminal: Bool { isInLine && (linesGoToError || outIsTerminal) }

    /// Ends the line of an answer on the terminal, before something else is printed there.
    private func endLine() {
        guard isInLineOfTerminal else { return }
        isInLine = false
        if linesGoToError { Console.draw("\n") } else { printOut("\n") }
    }

    private func printOut(_ text: String) {
        guard broken == nil else { return }
        if outIsTerminal { erase() }
        do throws(BrokenStream) {
            try Console.write(text, to: STDOUT_FILENO)
        } catch {
            broken = error
        }
    }

    private func color(of model: String) -> Color {
        if let color = colors[model] { return color }
        let color = Color.ofModels[colors.count % Color.ofModels.count]
        colors[model] = color
        return color
    }

    // MARK: The table

    /// Draws the table in place of the previous one.
    func draw(_ lines: [StyledText]) {
        guard !isInLineOfTerminal else { return }
        Console.draw(drawn.replace(with: lines, on: STDERR_FILENO))
    }

    /// Removes the table.
    func erase() {
        guard !drawn.isEmpty else { return }
        Console.draw(drawn.replace(with: [], on: STDERR_FILENO))
    }
}

/// The names of cells in messages about them.
enum CellName {
    /// `[model prompt #2]`, without the prompt if there is only one, and without the sample if it is the first.
    static func text(_ model: String, prompt: String?, sample: Int) -> String {
        "[\(label(prompt.map { "\(model) \($0)" } ?? model, sample: sample))]"
    }

    /// A name, with the sample if it is not the first.
    static func label(_ name: String, sample: Int) -> String { name + (sample > 1 ? " #\(sample)" : "") }
}
