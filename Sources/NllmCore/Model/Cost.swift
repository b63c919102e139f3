extension Price {
    /// The cost of an answer in US dollars; nil if its tokens are unknown.
    ///
    /// A missing count does not matter if its tokens are free.
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
        // Rounded to 10⁻¹² dollars, the precision of token prices, which removes the noise of binary fractions.
        return (millionths * 1e6).rounded() / 1e12
    }
}

/// An answer's tokens by the rate at which they are charged, each counted once.
private struct BilledTokens {
    var input = 0.0
    var cachedInput = 0.0
    var cacheWrite = 0.0
    var audioInput = 0.0
    var output = 0.0

    /// All tokens of the prompt, which determine the tier.
    var prompt: Double { input + cachedInput + cacheWrite + audioInput }

    /// Reads the details in the forms of OpenAI's two interfaces, of Gemini and of Anthropic.
    ///
    /// Reasoning tokens are in the details as well, but are part of the output in all of them.
    init(_ usage: Usage) {
        let details = usage.details ?? .null
        output = Double(usage.output ?? 0)
        input = Double(usage.input ?? 0)
        let parts = details["prompt_tokens_details"] ?? details["input_tokens_details"]
        cachedInput = take(parts?.count("cached_tokens") ?? details.count("cachedContentTokenCount"))
        cacheWrite = take(parts?.count("cache_write_tokens") ?? 0)
        audioInput = take(parts?.count("audio_tokens") ?? Self.audio(details["promptTokensDetails"]))
        // Only Anthropic counts these apart from the input; a proxy that imitates both includes them, and has `parts`.
        guard parts == nil else { return }
        cachedInput += details.count("cache_read_input_tokens")
        cacheWrite += details.count("cache_creation_input_tokens")
    }

    /// Moves tokens from the plain input to another rate, at most as many as there are.
    private mutating func take(_ count: Double) -> Double {
        let part = min(count, input)
        input -= part
        return part
    }

    /// The audio tokens in Gemini's list of kinds.
    private static func audio(_ kinds: JSONValue?) -> Double {
        guard case .array(let kinds) = kinds else { return 0 }
        return kinds.filter { $0["modality"]?.stringValue == "AUDIO" }.reduce(0) { $0 + $1.count("tokenCount") }
    }
}

extension JSONValue {
    /// The number of tokens under a name; 0 if there is none.
    fileprivate func count(_ name: String) -> Double { Double(max(self[name]?.intValue ?? 0, 0)) }
}
