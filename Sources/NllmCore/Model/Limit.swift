/// A limit on requests to some models, which all workers of a database keep together.
public struct Limit: Sendable, Hashable {
    /// What is limited.
    public enum Kind: String, Sendable, CaseIterable {
        /// Cells at a time.
        case concurrency
        /// Requests a minute.
        case requests = "rpm"
        /// Tokens a minute, of prompts and answers together.
        case tokens = "tpm"
    }

    /// The name of a limit on all models together.
    public static let ofAllModels = "*"

    /// A model or a group of models, or ``ofAllModels``; workers that mean the same limit call it the same.
    public var name: String
    /// What is limited.
    public var kind: Kind
    /// Cells at a time, or requests or tokens a minute.
    public var amount: Double
    /// The models that share it, by `llm`'s names, with `*` at the end for any text; nil: all models.
    public var models: [String]?

    /// A limit on some models, or on all.
    public init(name: String, kind: Kind, amount: Double, models: [String]? = nil) {
        self.name = name
        self.kind = kind
        self.amount = amount
        self.models = models
    }

    /// Whether requests to that model count.
    func covers(_ model: String) -> Bool {
        guard let models else { return true }
        return models.contains { pattern in
            pattern.hasSuffix("*") ? model.hasPrefix(pattern.dropLast()) : model == pattern
        }
    }
}
