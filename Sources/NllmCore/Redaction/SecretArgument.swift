/// A secret among a command's arguments: its name, and where it starts in its argument.
struct SecretArgument {
    let name: String
    let start: String.Index

    /// How the names of secrets are distinguished from others.
    struct Names {
        let isFlag: (String) -> Bool
        let isOption: (String) -> Bool

        /// For redaction.
        static var all: Names { Names(isFlag: SecretName.isFlag, isOption: SecretName.isSecret) }
        /// For rejection.
        static var strict: Names { Names(isFlag: SecretName.isStrictFlag, isOption: SecretName.isStrictOption) }
    }

    /// The value in an argument under the name of a secret; nil if there is none.
    init?(_ arguments: [String], at index: Int, names: Names) {
        let argument = arguments[index]
        let previous = index > 0 ? arguments[index - 1] : ""
        let flag = index > 1 ? arguments[index - 2] : ""
        if names.isFlag(previous) {
            // `--key VALUE`
            self.init(previous, argument, from: argument.startIndex)
        } else if SecretName.optionFlags.contains(flag.lowercased()), names.isOption(previous) {
            // `-o api_key VALUE`
            self.init("\(flag) \(previous)", argument, from: argument.startIndex)
        } else if SecretName.optionFlags.contains(previous.lowercased()) {
            // `-o api_key=VALUE`
            self.init(previous, pair: argument[...], in: argument, names: names)
        } else if argument.hasPrefix("-"), let equals = argument.firstIndex(of: "=") {
            // `--key=VALUE`, `--option=api_key=VALUE`
            let name = String(argument[..<equals])
            let value = argument[argument.index(after: equals)...]
            if names.isFlag(name) {
                self.init(name, argument, from: value.startIndex)
            } else {
                guard SecretName.optionFlags.contains(name.lowercased()) else { return nil }
                self.init(name, pair: value, in: argument, names: names)
            }
        } else {
            return nil
        }
    }

    private init?(_ flag: String, pair: Substring, in argument: String, names: Names) {
        guard let equals = pair.firstIndex(of: "="), names.isOption(String(pair[..<equals])) else { return nil }
        self.init("\(flag) \(pair[..<equals])", argument, from: pair.index(after: equals))
    }

    private init?(_ name: String, _ argument: String, from start: String.Index) {
        guard start < argument.endIndex else { return nil }
        self.name = name
        self.start = start
    }
}
