#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// One prompt given on the command line, as `llm` itself takes it: in arguments, on standard input, or both.
public struct DirectPrompt: Sendable, Equatable {
    /// The prompt's text in the database, which is also sent, unless the arguments contain the prompt.
    let text: String
    /// Whether the arguments contain the prompt, so that nothing is written to standard input.
    let isInArguments: Bool
    /// Models named in the arguments, as `llm` itself accepts them.
    let models: [String]
    /// The remaining arguments for `llm`.
    let arguments: [String]

    /// Milliseconds after which silence on standard input is reported.
    private static let patience: Int32 = 2000

    /// Reads the arguments after `--`, and standard input unless it is a terminal.
    ///
    /// - Parameters:
    ///   - arguments: the arguments after `--`.
    ///   - waiting: called when standard input stays open without providing anything.
    /// - Throws: if there is no prompt in either, or standard input cannot be read.
    public init(arguments: [String], waiting: () -> Void) throws(NllmError) {
        guard isatty(STDIN_FILENO) == 0 else {
            try self.init(arguments: arguments, piped: [])
            return
        }
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        if poll(&input, 1, Self.patience) == 0 { waiting() }
        let piped: [UInt8]?
        do throws(FileError) {
            piped = try FileReader().rest(limit: TextFile.sizeLimit)
        } catch {
            throw .unreadable(path: "-", reason: error.reason)
        }
        guard let piped else {
            let message = "the prompt is over \(TextFile.sizeLimit >> 20) MB"
            throw .badInput(problems: [InputProblem(file: "-", message: message)], count: 1)
        }
        try self.init(arguments: arguments, piped: piped)
    }

    /// Reads the arguments after `--`, and piped input if there is any.
    ///
    /// A single argument is the prompt. Several arguments are passed to `llm` as they are. Piped input comes before a
    /// prompt in the arguments, separated by a space, as in `llm` itself.
    ///
    /// - Throws: if there is no prompt in either.
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

    /// Flags that imply a question even without a prompt.
    private static let askingFlags: Set<String> = [
        "--template", "--fragment", "--attachment", "--attachment-type", "--system-fragment",
    ]

    /// A description of the question for people, if only `llm` knows the prompt.
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
