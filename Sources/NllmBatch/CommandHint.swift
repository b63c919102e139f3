import ArgumentParser
import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What a command line was probably meant to be that this program does not understand: a habit from `llm` or from other
/// programs.
struct CommandHint {
    private let arguments: [String]
    private let passed: [String]?
    /// The word that was not understood.
    private let word: String

    /// Options of `llm` that are passed on behind `--`, by the number of their values.
    private static let passedOn = [
        "-t": 1, "-f": 1, "--fragment": 1, "-a": 1, "--attachment": 1, "--at": 2, "-p": 2,
        "--param": 2, "--schema": 1, "--schema-multi": 1, "-T": 1, "--tool": 1, "--functions": 1, "--sf": 1,
        "--system-fragment": 1,
        "-x": 0, "--extract": 0,
    ]
    /// Options of models, which stand behind `--option`.
    private static let modelOptions: Set<String> = [
        "temperature", "max_tokens", "max_output_tokens", "top_p", "top_k", "seed", "stop", "presence_penalty",
        "frequency_penalty", "reasoning_effort", "json_object",
    ]
    private static let options = [
        "-s": "--system", "--output": "--outdir", "--dir": "--outdir", "--jobs": "--concurrency",
    ]
    private static let commands = [
        "results": "show", "logs": "show", "log": "show", "result": "show", "delete": "rm", "remove": "rm", "del": "rm",
        "start": "run", "exec": "run", "prompt": "run", "ls": "list", "runs": "list", "stop": "pause", "kill": "cancel",
        "continue": "work", "worker": "work", "info": "status", "progress": "status", "add": "enqueue",
        "init": "config init", "diff": "compare", "why": "explain", "history": "trend",
    ]
    private static let ofLLM: Set<String> = ["models", "keys", "templates", "plugins", "install", "aliases", "chat"]

    /// - Parameters:
    ///   - message: what the argument parser says.
    ///   - arguments: the arguments before `--`.
    ///   - passed: those behind it.
    init?(_ message: String, _ arguments: [String], passed: [String]?) {
        guard
            let match = message.firstMatch(
                of: /^(?:Unknown option|Unexpected argument|\d+ unexpected arguments:) '(.*?)'/)
        else { return nil }
        self.arguments = arguments
        self.passed = passed
        word = String(match.1)
    }

    /// The rest of the message, such as `did you mean: nllm-batch run prompts.jsonl`; nil if there is nothing better to say
    /// than the parser does.
    var text: String? {
        if let first = arguments.first, !Self.isCommand(first) { return aboutCommand(first) }
        if word == "--key" { return "keys are not given on the command line; store one with: llm keys set NAME" }
        return meant.map { "did you mean: \(Self.line($0.0, passed: $0.1))" }
    }

    private static func isCommand(_ word: String) -> Bool {
        NllmBatch.configuration.subcommands.contains { $0.configuration.commandName == word } || word == "help"
    }

    private func aboutCommand(_ first: String) -> String? {
        if ["-v", "-V", "version"].contains(first) { return "did you mean: nllm-batch --version" }
        if Self.ofLLM.contains(first) { return "that is a command of llm: llm \(first)" }
        let rest = Array(arguments.dropFirst())
        if let command = Self.commands[first] {
            return "did you mean: \(Self.line(command.split(separator: " ").map(String.init) + rest, passed: passed))"
        }
        let isOption = first.hasPrefix("-")
        guard !isOption || ["-m", "--model"].contains(Self.parts(first).name) else { return nil }
        if isOption || first.contains("/") || first.contains(".") || access(first, F_OK) == 0 {
            return "did you mean: \(Self.line(["run"] + arguments, passed: passed))"
        }
        if first.contains(" ") { return "for a prompt: \(Self.line(["run"] + rest, passed: [first] + (passed ?? [])))" }
        let known = NllmBatch.configuration.subcommands.compactMap { $0.configuration.commandName }
        return NearestName.find(first, among: known).map {
            "did you mean: \(Self.line([$0] + rest, passed: passed))"
        }
    }

    /// The arguments as they were probably meant, for a command that takes prompts.
    private var meant: (own: [String], passed: [String]?)? {
        guard let index = arguments.firstIndex(where: { $0 == word || Self.parts($0).name == word }) else { return nil }
        let (name, value) = Self.parts(arguments[index])
        let (before, after) = (Array(arguments[..<index]), Array(arguments[(index + 1)...]))
        let asks = ["run", "enqueue"].contains(arguments.first)
        if arguments.first == "show", !name.hasPrefix("-") { return (before + ["--prompt", word] + after, passed) }
        if let option = Self.options[name] {
            return (before + [option] + (value.map { [$0] } ?? []) + after, passed)
        }
        let model = String(name.drop { $0 == "-" }).replacing("-", with: "_")
        if asks, Self.modelOptions.contains(model), let given = value ?? after.first {
            return (before + ["--option", "\(model)=\(given)"] + after.dropFirst(value == nil ? 1 : 0), passed)
        }
        if asks, name == "--prompt", let prompt = value ?? after.first {
            return (before + after.dropFirst(value == nil ? 1 : 0), [prompt])
        }
        if asks, let count = Self.passedOn[name] {
            let values = value.map { [$0] } ?? Array(after.prefix(count))
            return (before + after.dropFirst(value == nil ? count : 0), [name] + values + (passed ?? []))
        }
        return nil
    }

    /// `--name=value` in its parts.
    private static func parts(_ word: String) -> (name: String, value: String?) {
        guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<sign]), String(word[word.index(after: sign)...]))
    }

    private static func line(_ arguments: [String], passed: [String]?) -> String {
        ShellWord.line(["nllm-batch"] + Redaction.redact(arguments: arguments + (passed.map { ["--"] + $0 } ?? [])))
    }
}
