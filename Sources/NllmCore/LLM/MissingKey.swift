/// A key that `llm` needs for some of its models and does not have.
public struct MissingKey: Sendable, Equatable {
    /// The name under which `llm` stores it.
    let name: String
    /// The environment variable in which `llm` looks for it, if any.
    let variable: String?
    /// The names and aliases of the models.
    let models: Set<String>

    /// What to do about it, in words that follow the model's name.
    public var text: String {
        "no key; set one with: llm keys set \(ShellWord.quote(name))"
            + (variable.map { ", or in the environment variable \($0)" } ?? "")
    }
}

extension MissingKey {
    /// Reads what a bridge reports; nil if the value is something else.
    init?(_ json: JSONValue) {
        guard let name = json["key"]?.stringValue, let models = json["models"]?.stringValues else { return nil }
        self.init(name: name, variable: json["variable"]?.stringValue, models: Set(models))
    }
}

extension [MissingKey] {
    /// The one that a model lacks; nil if it has its key, or needs none, or that is not known.
    public func first(of model: String) -> MissingKey? { first { $0.models.contains(model) } }
}
