/// The most that a request may take, and what it is expected to take.
struct Reservation: Sendable, Equatable {
    /// What is known about earlier answers of the same model in the run.
    struct History: Sendable, Equatable {
        /// The most that one attempt has taken: US dollars, and tokens in both directions.
        var largestCost: Double?
        var largestTokens: Int?
        /// Whether an attempt has taken more than its reservation, so that the bounds below do not apply.
        var hasOverrun = false
        /// The average number of tokens in an answer.
        var averageOutput: Double?
    }

    /// The most US dollars; nil if the price is unknown.
    var cost: Double?
    /// The most tokens.
    var tokens: Int
    /// The number of tokens that a limit per minute counts until the actual number is known.
    var expected: Int
    /// The number of requests: one for each turn.
    var requests = 1

    /// A token has at least one byte, and the framing of a message takes a few tokens.
    private static let overhead = 32
    /// Bytes of an average token.
    private static let bytesPerToken = 4

    /// - Parameters:
    ///   - request: the request.
    ///   - price: the price of the model's tokens; nil if unknown.
    ///   - history: what earlier answers took.
    init(_ request: LLMRequest, price: Price?, history: History) {
        let bytes = request.bytes
        let cap = request.outputCap
        // Each turn is sent with all that was said before it.
        let turns = request.requests
        requests = turns
        let input = turns * (bytes + Self.overhead) + turns * (turns - 1) / 2 * (cap ?? 0)
        let output = turns * (cap ?? 0)
        tokens = input + output
        cost = price?.highestCost(input: input, output: output)
        expected = turns * bytes / Self.bytesPerToken + (cap.map { $0 * turns } ?? Int(history.averageOutput ?? 0)) + 1
        guard cap == nil || !request.isSelfContained || history.hasOverrun else { return }
        tokens = max(tokens, history.largestTokens ?? 0)
        cost = cost.map { max($0, history.largestCost ?? 0) }
    }

    /// The most that a request may have taken if its answer has this number of bytes but no usage report.
    func raised(to request: LLMRequest, price: Price?, answer bytes: Int) -> Reservation {
        // The answers to earlier turns are sent again with each later one.
        let input = request.requests * (request.bytes + Self.overhead) + (request.requests - 1) * bytes
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
    /// Options that limit the tokens of an answer, as named by models of different providers.
    private static let caps: Set = [
        "max_tokens", "max_output_tokens", "max_completion_tokens", "max_new_tokens", "num_predict", "max_length",
    ]

    /// The most tokens in an answer; nil if the request sets no limit.
    var outputCap: Int? {
        // The last one applies, and -1 means that there is none.
        allOptions.last { Self.caps.contains($0.name) }.flatMap { Int($0.value) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The number of requests that are made.
    fileprivate var requests: Int { max(1, turns.count) }

    /// Bytes of text in the request.
    var bytes: Int {
        let messages = conversation?.messages.map(\.text) ?? []
        return ([prompt, system, schema].compactMap(\.self) + messages + turns + arguments).map(\.utf8.count)
            .reduce(0, +)
    }

    /// Whether everything that is sent is in the request, and is sent once.
    fileprivate var isSelfContained: Bool {
        let more: Set = [
            "--attachment", "--attachment-type", "--fragment", "--system-fragment", "--template", "--tool",
            "--functions", "--conversation",
        ]
        return attachments.isEmpty && conversation?.isText != false
            && !LLMArguments(arguments).flags.contains { more.contains($0.name) }
    }
}

extension Price {
    /// The most that this number of tokens can cost, in US dollars, of whatever kind they are.
    fileprivate func highestCost(input: Int, output: Int) -> Double {
        let rates = tiers.last { input > $0.above }?.rates ?? base
        let inputRate = [rates.cachedInput, rates.cacheWrite, rates.audioInput].compactMap(\.self).reduce(
            rates.input, max)
        return (Double(input) * inputRate + Double(output) * rates.output) / 1e6
    }
}
