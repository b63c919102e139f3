/// The models that `llm` knows: its own, those of plugins and of `extra-openai-models.yaml`, with all their aliases.
struct ModelCatalogue: Sendable {
    /// Each name that `llm -m` accepts, with the id of its model.
    private let ids: [String: String]

    /// Reads the output of `llm models list --json`; nil if it is something else.
    init?(listing: String) {
        guard let models = Self.models(listing: listing) else { return nil }
        var ids: [String: String] = [:]
        for model in models {
            guard let id = model["model_id"]?.stringValue else { return nil }
            ids[id] = id
            for alias in model["aliases"]?.stringValues ?? [] where ids[alias] == nil { ids[alias] = id }
        }
        self.ids = ids
    }

    /// The models in the output of `llm models list --json`; nil if it is something else.
    static func models(listing: String) -> [JSONValue]? {
        // Plugins may have printed something before the list.
        guard let start = listing.firstIndex(of: "["),
            case .array(let models)? = try? JSONParser.parse(String(listing[start...]))
        else { return nil }
        return models
    }

    /// The id of the model that a name means; nil for an unknown name.
    func id(of name: String) -> String? { ids[name] }

    /// Throws for the first model that `llm` does not know.
    func check(_ models: [ModelVariant]) throws(NllmError) {
        for model in models where ids[model.name] == nil {
            let parts = model.name.split(separator: ",").map(String.init)
            if parts.count > 1, parts.allSatisfy({ ids[$0] != nil }) {
                let options = ShellWord.line(parts.flatMap { ["-m", $0] })
                throw .usage("`-m \(model.name)` names several models; write \(options)")
            }
            throw .unknownModel(name: model.name, nearest: NearestName.find(model.name, among: ids.keys.sorted()))
        }
    }
}
