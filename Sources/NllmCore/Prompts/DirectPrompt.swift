#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// One prompt given on the command line, as `llm` itself takes it: in arguments, on standard input, or both.
public struct DirectPrompt: Sendable, Equatable {
    /// What stands for the prompt in the database and is sent, unless the arguments hold it.
    let text: String
    /// Whether the arguments hold the prompt, so that nothing goes to standard input.
    let isInArguments: Bool
    /// Models that are named among the arguments, as `llm` itself takes them.
    let models: [String]
    /// What is left for `llm`'s command line.
    let arguments: [String]

    /// So many milliseconds standard input may take to bring something, or to end, before that is told.
    private static let patience: Int32 = 2000

    /// Reads what stands after `--`, and standard input unless that is a terminal.
    ///
    /// - Parameters:
    ///   - arguments: what stands after `--`.
    ///   - waiting: called when standard input stays open without bringing anything.
    /// - Throws: when there is no prompt in either, or standard input can't be read.
    public init(arguments: [String], waiting: () -> Void) throws(NllmError) {
        guard isatty(STDIN_FILENO) == 0 else {
            try self.init(arguments: arguments, piped: [])
            return
        }
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        if poll(&input, 1, Self.patience) == 0 { waiting() }
        let piped: [UInt8]?
        do throws(FileError) {
            piped = try FileReader().rest(limit: PromptReader.textLimit)
        } catch {
            throw .unreadable(path: "-", reason: error.reason)
        }
        guard let piped else {
            let message = "the prompt is over \(PromptReader.textLimit >> 20) MB"
            throw .badInput(problems: [InputProblem(file: "-", message: message)], count: 1)
        }
        try self.init(arguments: arguments, piped: piped)
    }

    /// Reads what stands after `--`, and what was piped in if anything was.
    ///
    /// A lone word is the prompt. Several arguments are `llm`'s own affair. What was piped in comes before a prompt in
    /// the arguments, with a space between, by `llm`'s own rule.
    ///
    /// - Throws: when there is no prompt in either.
    public init(arguments: [String], piped: [UInt8]) throws(NllmError) {
        let piped = try Self.text(piped)
        let written = LLMArguments(arguments.map(\.withoutByteOrderMark))
        models = written.flags.filter { $0.name == "--model" }.flatMap(\.values)
        let arguments = written.removing("--model")
        let read = LLMArguments(arguments)
        if arguments.count == 1, let word = arguments.first, read.words == [word] || !read.areKnown {
            text = piped.isEmpty ? word : piped + " " + word
            isInArguments = false
            self.arguments = []
        } else {
            isInArguments = piped.isEmpty
            text = piped.isEmpty ? Self.description(of: read, arguments) : piped
            self.arguments = arguments
        }
        let asksByFlag = read.flags.contains { Self.askingFlags.contains($0.name) }
        guard isInArguments, asksByFlag || read.words.contains(where: { !$0.isEmpty }) else {
            guard let flaw = PromptFieldReader.flaw(text: isInArguments ? "" : text, "prompt") else { return }
            throw .badInput(problems: [InputProblem(file: piped.isEmpty ? "--" : "-", message: flaw)], count: 1)
        }
    }

    /// Flags that say what is asked even without a prompt.
    private static let askingFlags: Set<String> = [
        "--template", "--fragment", "--attachment", "--attachment-type", "--system-fragment",
    ]

    /// What was asked, for people, where only `llm` knows the prompt.
    private static func description(of read: LLMArguments, _ arguments: [String]) -> String {
        let words = read.words.joined(separator: " ")
        return words.isEmpty ? ShellWord.stored(arguments) : words
    }

    private static func text(_ bytes: [UInt8]) throws(NllmError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .badInput(problems: [InputProblem(file: "-", message: "not valid UTF-8")], count: 1)
        }
        guard !bytes.contains(0) else {
            throw .badInput(problems: [InputProblem(file: "-", message: "`prompt` holds a NUL character")], count: 1)
        }
        return text.withoutByteOrderMark
    }
}
