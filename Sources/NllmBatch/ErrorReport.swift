import ArgumentParser
import NllmCore

/// An error as the user sees it.
struct ErrorReport {
    private let text: String
    private let status: Int32
    private let isHelp: Bool

    /// - Parameters:
    ///   - error: what went wrong.
    ///   - arguments: the command line.
    init(_ error: any Error, arguments: [String] = []) {
        if let error = error as? NllmError {
            switch error {
            // Problems in files start with the file, so that editors find it.
            case .badInput, .badConfiguration: text = error.description
            default: text = "error: \(error)"
            }
            status = error.status.rawValue
            isHelp = false
            return
        }
        status = NllmBatch.exitCode(for: error).rawValue
        isHelp = status == 0
        let message = isHelp ? NllmBatch.fullMessage(for: error) : Self.message(for: error, arguments)
        if isHelp || message.isEmpty {
            text = message
        } else {
            let line = message.split(separator: "\n").first.map(String.init) ?? message
            if let hint = CommandHint(line, arguments, passed: PassedArguments.current.passed)?.text {
                // Without the parser's own guess.
                let end = line.firstRange(of: "'. ")?.lowerBound
                text = "error: \(end.map { line[..<$0] + "'" } ?? line[...]); \(hint)"
            } else {
                text = "error: \(line)\(line.hasSuffix(".") ? "" : ";") see `\(Self.helpCommand(arguments))`"
            }
        }
    }

    /// The message, without secrets and on as many lines as it has of itself, whatever the arguments hold that it
    /// repeats: they are parsed again without that.
    private static func message(for error: any Error, _ arguments: [String]) -> String {
        let harmless = Redaction.redact(arguments: arguments).map(\.oneLine)
        guard harmless != arguments else { return NllmBatch.message(for: error) }
        do {
            _ = try NllmBatch.parseAsRoot(harmless)
            return Redaction.redact(NllmBatch.message(for: error)).oneLine
        } catch {
            return NllmBatch.message(for: error)
        }
    }

    /// Prints it where it belongs and returns the exit code.
    func print() -> Int32 {
        if !text.isEmpty {
            if isHelp { Console.out(text) } else { Console.error(text) }
        }
        return status
    }

    /// The help of the command that these arguments name.
    private static func helpCommand(_ arguments: [String]) -> String {
        var (command, words): (any ParsableCommand.Type, [String]) = (NllmBatch.self, ["nllm-batch"])
        for argument in arguments {
            let named = command.configuration.subcommands.first { $0.configuration.commandName == argument }
            guard let named else { break }
            command = named
            words.append(argument)
        }
        return (words + ["--help"]).joined(separator: " ")
    }
}
