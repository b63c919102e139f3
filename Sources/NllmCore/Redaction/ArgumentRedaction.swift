/// Secrets in a command's arguments.
extension Redactor {
    /// A command's arguments, each with its secrets replaced.
    func redact(arguments: [String]) -> [String] {
        arguments.indices.map { index in
            let argument = arguments[index]
            if let redacted = redactedValue(arguments, at: index) { return redacted }
            if KeyShape.isDrawn(argument) { return Redaction.mark }
            if let pieces = Self.modelOption(arguments, at: index) {
                return redact(arguments: pieces).joined(separator: ":")
            }
            if let options = Self.variantOptions(argument) {
                let pairs = options.pairs.map { redactedValue(["-o", $0], at: 1) ?? redact($0) }
                return redact(options.model) + "[" + pairs.joined(separator: ",") + "]"
            }
            return redact(argument)
        }
    }

    /// An argument with a value under a secret's name, redacted; nil if it has none.
    private func redactedValue(_ arguments: [String], at index: Int) -> String? {
        SecretArgument(arguments, at: index, names: .all).map { arguments[index][..<$0.start] + Redaction.mark }
    }

    /// The name of the first secret in flags and their values; nil if none is certain.
    func secret(in arguments: [String]) -> String? {
        for index in arguments.indices {
            if let secret = SecretArgument(arguments, at: index, names: .strict) { return secret.name }
            let argument = arguments[index]
            if let pieces = Self.modelOption(arguments, at: index), let name = secret(in: pieces) { return name }
            for pair in Self.variantOptions(argument)?.pairs ?? [] {
                if let secret = SecretArgument(["-o", pair], at: 1, names: .strict) { return secret.name }
                if KeyShape.isCertainly(Self.value(of: pair)) { return Self.name(of: index, in: arguments) }
            }
            if KeyShape.isCertainly(Self.value(of: argument)) || known.occur(in: argument) {
                return Self.name(of: index, in: arguments)
            }
        }
        return nil
    }

    /// The parts of nllm's `--model-option MODEL:FLAG:VALUE…`.
    private static func modelOption(_ arguments: [String], at index: Int) -> [String]? {
        let flag = "--model-option"
        guard arguments[index].hasPrefix(flag + "=") || index > 0 && arguments[index - 1] == flag,
            arguments[index].contains(":")
        else { return nil }
        return arguments[index].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    }

    /// The parts of `MODEL[key=value,…]`.
    private static func variantOptions(_ argument: String) -> (model: String, pairs: [String])? {
        guard argument.last == "]", let bracket = argument.firstIndex(of: "["), bracket > argument.startIndex,
            !argument[..<bracket].contains(where: \.isWhitespace)
        else { return nil }
        let options = argument[argument.index(after: bracket)...].dropLast()
        return (
            String(argument[..<bracket]),
            options.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        )
    }

    /// The text after the last `=` of a flag or an option, or all of it.
    private static func value(of argument: String) -> String {
        argument.lastIndex(of: "=").map { String(argument[argument.index(after: $0)...]) } ?? argument
    }

    /// A name for an argument that is itself a secret, which does not show it.
    private static func name(of index: Int, in arguments: [String]) -> String {
        let argument = arguments[index]
        if argument.hasPrefix("-"), let equals = argument.firstIndex(of: "=") { return String(argument[..<equals]) }
        if index > 1, SecretName.optionFlags.contains(arguments[index - 2].lowercased()) {
            return "\(arguments[index - 2]) \(arguments[index - 1])"
        }
        if index > 0, arguments[index - 1].hasPrefix("-") { return arguments[index - 1] }
        return "argument \(index + 1)"
    }
}
