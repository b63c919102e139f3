/// The configured prices of a model's tokens, in US dollars per thousand.
public struct ModelCosts: Sendable, Equatable {
    /// Input tokens.
    public internal(set) var input: Double?
    /// Output tokens.
    public internal(set) var output: Double?
    /// Input tokens read from the provider's cache.
    public internal(set) var cachedInput: Double?
    /// Tokens written to the provider's cache.
    public internal(set) var cacheWrite: Double?

    /// What each may be.
    static let allowed = 0.0...1e6

    /// The fields by their names in files.
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
