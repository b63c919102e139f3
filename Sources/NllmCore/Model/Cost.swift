extension Price {
    /// What an answer cost, in US dollars; nil when its tokens are not known.
    ///
    /// A count that is missing does not matter where its tokens are free.
    func cost(of usage: Usage) -> Double? {
        if usage.input == nil, usage.output == nil { return nil }
        let tokens = BilledTokens(usage)
        if usage.input == nil, base.input > 0 || !tiers.isEmpty { return nil }
        let rates = tiers.last { tokens.prompt > Double($0.above) }?.rates ?? base
        if usage.output == nil, rates.output > 0 { return nil }
        let millionths =
            tokens.input * rates.input + tokens.cachedInput * (rates.cachedInput ?? rates.input)
            + tokens.cacheWrite * (rates.cacheWrite ?? rates.input)
            + tokens.audioInput * (rates.audioInput ?? rates.input) + tokens.output * rates.output
        // To the millionth of a millionth of a dollar, what a token can cost: nothing is left of the binary fraction.
        return (millionths * 1e6).rounded() / 1e12
    }
}

/// An answer's tokens by the rate that they are charged at, each counted once.
private struct BilledTokens {
    var input = 0.0
    var cachedInput = 0.0
    var cacheWrite = 0.0
    var audioInput = 0.0
    var output = 0.0

    /// All tokens of the prompt: they decide the tier.
    var prompt: Double { input + cachedInput + cacheWrite + audioInput }

    /// Reads the details in the shapes of OpenAI's two interfaces, of Gemini and of Anthropic.
    ///
    /// Reasoning tokens stand in the details too, but are part of the output in all of them.
    init(_ usage: Usage) {
        let details = usage.details ?? .null
        output = Double(usage.output ?? 0)
        input = Double(usage.input ?? 0)
        let parts = details["prompt_tokens_details"] ?? details["input_tokens_details"]
        cachedInput = take(parts?.count("cached_tokens") ?? details.count("cachedContentTokenCount"))
        cacheWrite = take(parts?.count("cache_write_tokens") ?? 0)
        audioInput = take(parts?.count("audio_tokens") ?? Self.audio(details["promptTokensDetails"]))
        // Anthropic alone counts these apart from the input; a proxy that imitates both counts them in, and has `parts`.
        guard parts == nil else { return }
        cachedInput += details.count("cache_read_input_tokens")
        cacheWrite += details.count("cache_creation_input_tokens")
    }

    /// Moves tokens from the plain input to another rate, as many as there are.
    private mutating func take(_ count: Double) -> Double {
        let part = min(count, input)
        input -= part
        return part
    }

    /// The tokens of sound in Gemini's list of kinds.
    private static func audio(_ kinds: JSONValue?) -> Double {
        guard case .array(let kinds) = kinds else { return 0 }
        return kinds.filter { $0["modality"]?.stringValue == "AUDIO" }.reduce(0) { $0 + $1.count("tokenCount") }
    }
}

extension JSONValue {
    /// The number of tokens under a name; 0 when there is none.
    fileprivate func count(_ name: String) -> Double { Double(max(self[name]?.intValue ?? 0, 0)) }
}
