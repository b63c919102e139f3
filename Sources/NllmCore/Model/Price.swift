/// The price of a model's tokens, in US dollars per million tokens.
public struct Price: Sendable, Equatable {
    /// The rates for prompts without a tier.
    public var base: Rates
    /// The rates for longer prompts, shortest first.
    ///
    /// All tokens of a request are charged at one tier's rates.
    public var tiers: [Tier]

    /// Creates a price; its tiers, if any, are in ascending order.
    public init(base: Rates, tiers: [Tier] = []) {
        self.base = base
        self.tiers = tiers
    }

    /// US dollars per million tokens, by the kind of token.
    public struct Rates: Sendable, Equatable {
        /// Prompt tokens without another rate.
        public var input: Double
        /// Output tokens, reasoning included.
        public var output: Double
        /// Prompt tokens that the provider read from its cache; nil: the same as `input`.
        public var cachedInput: Double?
        /// Prompt tokens that the provider wrote to its cache; nil: the same as `input`.
        public var cacheWrite: Double?
        /// Audio tokens in the prompt; nil: the same as `input`.
        public var audioInput: Double?

        /// Creates rates from the known ones.
        public init(
            input: Double, output: Double, cachedInput: Double? = nil, cacheWrite: Double? = nil,
            audioInput: Double? = nil
        ) {
            self.input = input
            self.output = output
            self.cachedInput = cachedInput
            self.cacheWrite = cacheWrite
            self.audioInput = audioInput
        }
    }

    /// The rates for prompts over a length.
    public struct Tier: Sendable, Equatable {
        /// The tier begins one token above this.
        public var above: Int
        /// The rates for all tokens of the request.
        public var rates: Rates

        /// Creates a tier.
        public init(above: Int, rates: Rates) {
            self.above = above
            self.rates = rates
        }
    }
}

extension Price {
    /// A price in the form of the configuration and price files: in US dollars per thousand tokens.
    public init(
        inputPer1k input: Double, outputPer1k output: Double, cachedInputPer1k cachedInput: Double? = nil,
        cacheWritePer1k cacheWrite: Double? = nil
    ) {
        self.init(
            base: Rates(
                input: Self.perMillion(input), output: Self.perMillion(output),
                cachedInput: cachedInput.map(Self.perMillion), cacheWrite: cacheWrite.map(Self.perMillion)))
    }

    /// A thousand times as much, without the noise of binary fractions: 0.0011 gives 1.1.
    private static func perMillion(_ perThousand: Double) -> Double { (perThousand * 1e12).rounded() / 1e9 }
}
