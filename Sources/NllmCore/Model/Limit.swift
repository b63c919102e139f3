/// A limit on requests to some models, which all workers of a database observe together.
public struct Limit: Sendable, Hashable {
    /// What is limited.
    public enum Kind: String, Sendable, CaseIterable {
        /// Cells at a time.
        case concurrency
        /// Requests per minute.
        case requests = "rpm"
        /// Tokens per minute, of prompts and answers together.
        case tokens = "tpm"
    }

    /// The name of a limit on all models together.
    public static let ofAllModels = "*"

    /// A model or a group of models, or ``ofAllModels``; workers use the same name for the same limit.
    public var name: String
    /// What is limited.
    public var kind: Kind
    /// Cells at a time, or requests or tokens per minute.
    public var amount: Double
    /// The models that share it, by `llm`'s names, with `*` at the end for any text; nil for all models.
    public var models: [String]?

    /// A limit on some models, or on all.
    public init(name: String, kind: Kind, amount: Double, models: [String]? = nil) {
        self.name = name
        self.kind = kind
        self.amount = amount
        self.models = models
    }

    /// Whether requests to a model count.
    func covers(_ model: String) -> Bool {
        guard let models else { return true }
        return models.contains { pattern in
            pattern.hasSuffix("*") ? model.hasPrefix(pattern.dropLast()) : model == pattern
        }
    }
}
