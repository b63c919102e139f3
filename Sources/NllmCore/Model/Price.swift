/// What a model's tokens cost, in US dollars per million tokens.
public struct Price: Sendable, Equatable {
    /// The rates for prompts of any length that no tier names.
    public var base: Rates
    /// The rates for longer prompts, the shortest first.
    ///
    /// All tokens of a request are charged at one tier's rates.
    public var tiers: [Tier]

    /// A price whose tiers, if any, are in ascending order.
    public init(base: Rates, tiers: [Tier] = []) {
        self.base = base
        self.tiers = tiers
    }

    /// US dollars per million tokens, by what the tokens are.
    public struct Rates: Sendable, Equatable {
        /// Tokens of the prompt that no other rate is for.
        public var input: Double
        /// Tokens of the answer, reasoning included.
        public var output: Double
        /// Tokens of the prompt that the provider read from its cache; nil: the same as `input`.
        public var cachedInput: Double?
        /// Tokens of the prompt that the provider wrote to its cache; nil: the same as `input`.
        public var cacheWrite: Double?
        /// Tokens of sound in the prompt; nil: the same as `input`.
        public var audioInput: Double?

        /// Rates from what is known of them.
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

    /// The rates of prompts over a length.
    public struct Tier: Sendable, Equatable {
        /// The tier begins with one token more than this.
        public var above: Int
        /// What all of the request's tokens cost then.
        public var rates: Rates

        /// A tier from where it begins and its rates.
        public init(above: Int, rates: Rates) {
            self.above = above
            self.rates = rates
        }
    }
}

extension Price {
    /// A price as the configuration and price files give it: in US dollars per thousand tokens.
    public init(
        inputPer1k input: Double, outputPer1k output: Double, cachedInputPer1k cachedInput: Double? = nil,
        cacheWritePer1k cacheWrite: Double? = nil
    ) {
        self.init(
            base: Rates(
                input: Self.perMillion(input), output: Self.perMillion(output),
                cachedInput: cachedInput.map(Self.perMillion), cacheWrite: cacheWrite.map(Self.perMillion)))
    }

    /// A thousand times as much, without the binary fraction's noise: 0.0011 gives 1.1.
    private static func perMillion(_ perThousand: Double) -> Double { (perThousand * 1e12).rounded() / 1e9 }
}
