/// What a request may take at worst, and what it is expected to take.
struct Reservation: Sendable, Equatable {
    /// What is known of earlier answers of the same model in the run.
    struct History: Sendable, Equatable {
        /// The most that one attempt has taken: US dollars, and tokens of both directions.
        var largestCost: Double?
        var largestTokens: Int?
        /// Whether an attempt has taken more than was reserved for it, so that the bounds below mean nothing.
        var hasOverrun = false
        /// Tokens of an answer.
        var averageOutput: Double?
    }

    /// US dollars at worst; nil where tokens have no known price.
    var cost: Double?
    /// Tokens at worst.
    var tokens: Int
    /// Tokens that a limit by the minute counts before the true number is known.
    var expected: Int

    /// No token has less than a byte, and what stands around a message takes a few.
    private static let overhead = 32
    /// Bytes of a usual token.
    private static let bytesPerToken = 4

    /// - Parameters:
    ///   - request: what is asked.
    ///   - price: what the model's tokens cost; nil where that is unknown.
    ///   - history: what earlier answers took.
    init(_ request: LLMRequest, price: Price?, history: History) {
        let bytes = request.bytes
        let cap = request.outputCap
        let input = bytes + Self.overhead
        tokens = input + (cap ?? 0)
        cost = price?.highestCost(input: input, output: cap ?? 0)
        expected = bytes / Self.bytesPerToken + (cap ?? Int(history.averageOutput ?? 0)) + 1
        guard cap == nil || !request.isSelfContained || history.hasOverrun else { return }
        tokens = max(tokens, history.largestTokens ?? 0)
        cost = cost.map { max($0, history.largestCost ?? 0) }
    }

    /// What a request may have taken that was answered with so many bytes, and told no usage.
    func raised(to request: LLMRequest, price: Price?, answer bytes: Int) -> Reservation {
        let input = request.bytes + Self.overhead
        var raised = self
        raised.tokens = max(tokens, input + bytes)
        raised.cost = cost.map { max($0, price?.highestCost(input: input, output: bytes) ?? 0) }
        return raised
    }

    init(cost: Double?, tokens: Int, expected: Int) {
        self.cost = cost
        self.tokens = tokens
        self.expected = expected
    }
}

extension LLMRequest {
    /// Names of the option that limits the tokens of an answer, as models of different providers have it.
    private static let caps: Set = [
        "max_tokens", "max_output_tokens", "max_completion_tokens", "max_new_tokens", "num_predict", "max_length",
    ]

    /// The most tokens that an answer may have; nil where the request does not say.
    fileprivate var outputCap: Int? {
        let given = options.map { ($0.name, $0.value) } + flags("--option").map { ($0.first ?? "", $0.last ?? "") }
        // The last one holds, and -1 means that there is none.
        return given.last { Self.caps.contains($0.0) }.flatMap { Int($0.1) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// Bytes of the text that is sent.
    fileprivate var bytes: Int {
        [prompt, system, schema].compactMap(\.self).map(\.utf8.count).reduce(0, +)
            + arguments.map(\.utf8.count).reduce(0, +)
    }

    /// Whether everything that is sent stands in the request, and is sent once.
    fileprivate var isSelfContained: Bool {
        let more: Set = [
            "--attachment", "--attachment-type", "--fragment", "--system-fragment", "--template", "--tool",
            "--functions", "--conversation",
        ]
        return attachments.isEmpty && !LLMArguments(arguments).flags.contains { more.contains($0.name) }
    }

    private func flags(_ name: String) -> [[String]] {
        arguments.isEmpty ? [] : LLMArguments(arguments).flags.filter { $0.name == name }.map(\.values)
    }
}

extension Price {
    /// The most that so many tokens can cost, in US dollars, whatever kind of tokens they turn out to be.
    fileprivate func highestCost(input: Int, output: Int) -> Double {
        let rates = tiers.last { input > $0.above }?.rates ?? base
        let inputRate = [rates.cachedInput, rates.cacheWrite, rates.audioInput].compactMap(\.self).reduce(
            rates.input, max)
        return (Double(input) * inputRate + Double(output) * rates.output) / 1e6
    }
}
