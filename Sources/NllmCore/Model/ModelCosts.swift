/// What tokens of a model cost in US dollars a thousand, as far as it is configured.
public struct ModelCosts: Sendable, Equatable {
    /// Tokens that are sent.
    public internal(set) var input: Double?
    /// Tokens of the answer.
    public internal(set) var output: Double?
    /// Tokens that are sent and were in the provider's cache.
    public internal(set) var cachedInput: Double?
    /// Tokens that are put into the provider's cache.
    public internal(set) var cacheWrite: Double?

    /// The fields as files name them.
    enum Field: String, CaseIterable {
        case input = "input_per_1k"
        case output = "output_per_1k"
        case cachedInput = "cached_input_per_1k"
        case cacheWrite = "cache_write_per_1k"

        var path: WritableKeyPath<ModelCosts, Double?> {
            switch self {
            case .input: \.input
            case .output: \.output
            case .cachedInput: \.cachedInput
            case .cacheWrite: \.cacheWrite
            }
        }
    }
}
