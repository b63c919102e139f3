/// An option of a model: `-o name value`.
struct ModelOption: Sendable, Hashable {
    /// The type of a value before it became JSON text; the raw value is in words that follow "not".
    enum Structure: String, Sendable {
        case list = "a list"
        case object = "an object"

        /// Its type in JSON schemas.
        var type: String { self == .list ? "array" : "object" }
    }

    var name: String
    var value: String
    /// Nil if it was a text, a number or a boolean, or comes from the database.
    var structure: Structure?

    /// The options in effect if later lists override earlier ones, in order of first mention.
    static func merged(_ lists: [ModelOption]...) -> [ModelOption] {
        var merged: [ModelOption] = []
        for option in lists.joined() {
            if let index = merged.firstIndex(where: { $0.name == option.name }) {
                merged[index] = option
            } else {
                merged.append(option)
            }
        }
        return merged
    }

    /// The option in `KEY=VALUE`; nil if there is no `=` or nothing before it.
    init?(pair: some StringProtocol) {
        guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else { return nil }
        self.init(name: String(pair[..<equals]), value: String(pair[pair.index(after: equals)...]))
    }

    init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// The options in a JSON object of texts, numbers and booleans; throws what is wrong with the first other value.
    static func options(_ object: JSONValue) throws(OptionError) -> [ModelOption] {
        guard case .object(let members) = object else {
            throw OptionError("`options` is \(object.kind), not an object")
        }
        var options: [ModelOption] = []
        for member in members {
            if let flaw = LLMCommand.flaw(argument: member.name) { throw OptionError("an option's name \(flaw)") }
            switch member.value {
            case .string(let text): options.append(ModelOption(name: member.name, value: text))
            case .number(let text): options.append(ModelOption(name: member.name, value: text))
            case .bool(let flag): options.append(ModelOption(name: member.name, value: flag ? "true" : "false"))
            case .array, .object:
                var option = ModelOption(name: member.name, value: JSONWriter.text(member.value))
                option.structure = if case .array = member.value { .list } else { .object }
                options.append(option)
            case .null: throw OptionError("option `\(member.name)` is null; leave it out to use the default")
            }
        }
        for option in options {
            if let flaw = LLMCommand.flaw(argument: option.value) {
                throw OptionError("option `\(option.name)` \(flaw)")
            }
        }
        return options
    }

    /// The options as arguments for `llm`.
    static func arguments(_ options: [ModelOption]) -> [String] { options.flatMap { ["-o", $0.name, $0.value] } }

    /// The options as a JSON object of strings.
    static func json(_ options: [ModelOption]) -> JSONValue {
        .object(options.map { JSONValue.Member($0.name, .string($0.value)) })
    }
}

/// What is wrong with an option.
struct OptionError: Error, Equatable {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}
