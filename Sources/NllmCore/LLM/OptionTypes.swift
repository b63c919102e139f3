/// The types of the options of models, from the JSON schemas of `llm models list --options`.
struct OptionTypes: Sendable {
    /// Whether a model accepts a list or an object.
    enum Acceptance: Sendable, Equatable {
        case taken
        /// Why not, in words that follow the option's name.
        case refused(String)
        case unknown
    }

    /// The schemas of a model's options, by each of its names.
    private var options: [String: JSONValue] = [:]

    /// Reads the output of `llm models list --json --options`; nil if it is something else.
    init?(listing: String) {
        guard let models = ModelCatalogue.models(listing: listing) else { return nil }
        for model in models {
            guard let schemas = model["options"] else { continue }
            let names = [model["model_id"]?.stringValue].compactMap(\.self) + (model["aliases"]?.stringValues ?? [])
            for name in names where options[name] == nil { options[name] = schemas }
        }
    }

    /// Whether a model accepts a list or an object; an option that it does not have is for `llm` to reject.
    func verdict(on option: String, _ structure: ModelOption.Structure, of model: String) -> Acceptance {
        guard let schemas = options[model] else { return .unknown }
        guard let schema = schemas[option] else { return .taken }
        guard let types = Self.types(schema) else { return .taken }
        guard !types.contains(structure.type) else { return .taken }
        let words = [
            ("string", "one text"), ("integer", "a whole number"), ("number", "a number"), ("boolean", "true or false"),
        ].filter { types.contains($0.0) }.map(\.1)
        return words.isEmpty
            ? .taken : .refused("takes \(words.joined(separator: " or ")), not \(structure.rawValue)")
    }

    /// The names of a model's options; nil if `llm` does not report them.
    func names(of model: String) -> [String]? {
        guard case .object(let members)? = options[model] else { return nil }
        return members.map(\.name)
    }

    /// The types that a schema allows; nil if it may allow others.
    private static func types(_ schema: JSONValue) -> Set<String>? {
        for name in ["anyOf", "oneOf", "allOf"] {
            guard case .array(let parts)? = schema[name] else { continue }
            var types: Set<String> = []
            for part in parts {
                guard let more = Self.types(part) else { return nil }
                types.formUnion(more)
            }
            return types
        }
        var types: Set<String>
        switch schema["type"] {
        case .string(let name): types = [name]
        case .some(let names): types = Set(names.stringValues)
        case nil: return nil
        }
        // A text that is JSON.
        if let content = schema["contentSchema"] {
            guard let inside = Self.types(content) else { return nil }
            types.formUnion(inside)
        }
        return types
    }
}
