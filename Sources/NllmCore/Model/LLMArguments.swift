/// A user's arguments for `llm prompt`, parsed as `llm` itself does.
///
/// They are passed on unchanged. Parsing them shows what cannot work in a batch, which options they set, and which
/// files they name.
struct LLMArguments: Sendable, Equatable {
    /// A flag with its values.
    struct Flag: Sendable, Equatable {
        /// The long name, `--system` for `-s`; the name as written for an unknown flag.
        var name: String
        var values: [String] = []
    }

    /// A word that is not a flag, or flags with their values; several flags if short ones are combined.
    struct Item: Sendable, Equatable {
        var flags: [Flag]
        /// The arguments as written.
        var raw: [String]
    }

    private(set) var items: [Item] = []

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let argument = rest.first {
            let before = rest
            rest = rest.dropFirst()
            guard argument != "--" else {
                // Nothing after it is a flag.
                items.append(Item(flags: [], raw: ["--"]))
                items += rest.map { Item(flags: [], raw: [$0]) }
                return
            }
            let flags = Self.flags(of: argument, values: &rest)
            items.append(Item(flags: flags, raw: Array(before.prefix(before.count - rest.count))))
        }
    }

    /// All flags, in order.
    var flags: [Flag] { items.flatMap(\.flags) }

    /// The words that are not flags: the prompt, if there is one.
    var words: [String] { items.filter { $0.flags.isEmpty }.flatMap(\.raw).filter { $0 != "--" } }

    /// Whether all flags are known flags of `llm`.
    var areKnown: Bool { flags.allSatisfy { Self.arity[$0.name] != nil } }

    /// The arguments without a flag and its values.
    func removing(_ name: String) -> [String] {
        items.filter { $0.flags.map(\.name) != [name] }.flatMap(\.raw)
    }

    // MARK: Reading

    private static func flags(of argument: String, values rest: inout ArraySlice<String>) -> [Flag] {
        guard argument.hasPrefix("-"), argument != "-" else { return [] }
        if argument.hasPrefix("--") {
            let name = argument.prefix { $0 != "=" }
            var flag = Flag(name: long(String(name)))
            if name.endIndex < argument.endIndex { flag.values = [String(argument[name.endIndex...].dropFirst())] }
            return [take(&flag, &rest)]
        }
        var flags: [Flag] = []
        var letters = argument.dropFirst()
        while let letter = letters.popFirst() {
            var flag = Flag(name: long("-\(letter)"))
            guard arity[flag.name] ?? 0 > 0 else {
                flags.append(flag)
                continue
            }
            // The rest of the same argument is its first value.
            if !letters.isEmpty { flag.values = [String(letters)] }
            return flags + [take(&flag, &rest)]
        }
        return flags
    }

    /// Gives a flag its missing values.
    private static func take(_ flag: inout Flag, _ rest: inout ArraySlice<String>) -> Flag {
        let missing = max(0, (arity[flag.name] ?? 0) - flag.values.count)
        flag.values += rest.prefix(missing)
        rest = rest.dropFirst(missing)
        return flag
    }

    private static func long(_ name: String) -> String { names[name] ?? name }

    /// Other names of flags.
    private static let names = [
        "-s": "--system", "-m": "--model", "-d": "--database", "-q": "--query", "-a": "--attachment",
        "--at": "--attachment-type", "-T": "--tool", "--td": "--tools-debug", "--ta": "--tools-approve",
        "--cl": "--chain-limit", "-o": "--option", "-f": "--fragment", "--sf": "--system-fragment",
        "-t": "--template", "-p": "--param", "-n": "--no-log", "-R": "--hide-reasoning", "-c": "--continue",
        "--cid": "--conversation", "-u": "--usage", "-x": "--extract", "--xl": "--extract-last", "-h": "--help",
    ]

    /// The number of values of each flag.
    static let arity = [
        "--system": 1, "--model": 1, "--database": 1, "--query": 1, "--attachment": 1, "--attachment-type": 2,
        "--tool": 1, "--functions": 1, "--tools-debug": 0, "--tools-approve": 0, "--chain-limit": 1, "--option": 2,
        "--options": 0, "--schema": 1, "--schema-multi": 1, "--fragment": 1, "--system-fragment": 1, "--template": 1,
        "--param": 2, "--no-stream": 0, "--no-log": 0, "--log": 0, "--hide-reasoning": 0, "--continue": 0,
        "--conversation": 1, "--key": 1, "--save": 1, "--async": 0, "--usage": 0, "--extract": 0,
        "--extract-last": 0, "--json": 0, "--help": 0,
    ]
}

extension LLMArguments {
    /// Why these arguments cannot be given to every cell of a run; nil if they can.
    var refusal: String? {
        for item in items {
            for flag in item.flags {
                guard let reason = Self.reason(against: flag) else { continue }
                // As written, but without a value, which may be a secret.
                return "`\((item.raw.first ?? flag.name).prefix { $0 != "=" })` can't be used here: \(reason)"
            }
        }
        return nil
    }

    /// Why these arguments cannot be given to a conversation; nil if they can.
    var conversationRefusal: String? {
        if let word = words.first { return "`\(Redaction.redact(word))` is a prompt, and these have theirs" }
        let flag = flags.first { ["--template", "--param", "--json"].contains($0.name) }
        return flag.map { "`\($0.name)` is for single prompts" }
    }

    private static func reason(against flag: Flag) -> String? {
        switch flag.name {
        case "--model": "name the models before `--` with -m"
        case "--query": "it picks a model by itself; name the models before `--` with -m"
        case "--continue", "--conversation":
            "cells run side by side and in any order, so there is no conversation to continue"
        case "--save": "it saves a template in place of asking the model; use `llm --save` once, then `-t`"
        case "--options": "it lists options in place of asking the model; use `llm models --options`"
        case "--help": "it shows help in place of asking the model; use `llm prompt --help`"
        case "--tools-approve": "it asks at the terminal before each call of a tool"
        case "--log", "--database":
            "nothing is written to llm's log, whose lock would cost answers; all answers stand in this tool's database"
        case "--async": "how a model is called is for the executor to decide"
        case "--key": "the key would stand in the database and in the process list; use `llm keys set`"
        case "--attachment", "--fragment", "--system-fragment", "--attachment-type":
            flag.values.first == "-" ? "`-` is standard input, which carries the prompt; name a file" : nil
        default: nil
        }
    }

    /// Flags whose first value may name a file.
    private static let filing: Set<String> = [
        "--attachment", "--attachment-type", "--fragment", "--system-fragment", "--template", "--schema",
        "--schema-multi", "--functions",
    ]

    /// The flags that may name files.
    var fileFlags: [Flag] { flags.filter { Self.filing.contains($0.name) && !$0.values.isEmpty } }

    /// The arguments with other texts for the files that they name.
    ///
    /// - Parameter name: the replacement for a flag's first value; nil to keep it.
    /// - Returns: arguments that otherwise mean the same.
    func renamingFiles(_ name: (Flag) -> String?) -> [String] {
        items.flatMap { item -> [String] in
            // Only the last of combined flags has values.
            guard var last = item.flags.last, Self.filing.contains(last.name), !last.values.isEmpty,
                let other = name(last)
            else { return item.raw }
            last.values[0] = other
            return item.flags.dropLast().map(\.name) + [last.name] + last.values
        }
    }
}
