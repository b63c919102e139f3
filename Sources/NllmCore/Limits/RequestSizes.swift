/// The sizes of a model's requests, added up.
struct RequestSizes: Sendable {
    /// What a token of a request costs, and how many an answer may have.
    struct Kind: Hashable {
        /// The options that change the price.
        var options: PricedOptions
        /// The number of lower tiers of the price.
        var tier: Int
        /// The most tokens in an answer; nil without a limit.
        var cap: Int?
    }

    /// Requests of a kind.
    struct Sum {
        var cells = 0
        /// Bytes of their text.
        var bytes = 0
    }

    let model: PlannedModel
    private(set) var sums: [Kind: Sum] = [:]
    private let common: CommonRequest
    /// The request without a prompt.
    private let usual: LLMRequest
    private let usualBytes: Int
    private let usualKind: Kind

    init(_ model: PlannedModel, common: CommonRequest) {
        self.model = model
        self.common = common
        usual = LLMRequest(prompt: Prompt(id: "", text: ""), model: model.variant, common: common)
        usualBytes = usual.arguments.map(\.utf8.count).reduce(0, +)
        usualKind = Kind(options: usual.pricedOptions, tier: 0, cap: usual.outputCap)
    }

    /// The number of cells.
    var cells: Int { sums.values.map(\.cells).reduce(0, +) }

    /// The options of the cells that change the price.
    var pricedOptions: Set<PricedOptions> { Set(sums.keys.map(\.options)) }

    /// Adds the cells of a prompt.
    mutating func add(_ prompt: Prompt, samples: Int) {
        var bytes = usualBytes + (prompt.isInArguments ? 0 : prompt.text.utf8.count)
        bytes += ((prompt.system ?? usual.system)?.utf8.count ?? 0) + (prompt.schema?.utf8.count ?? 0)
        var kind = usualKind
        if prompt.isConversation || !prompt.options.isEmpty {
            let request = LLMRequest(prompt: prompt, model: model.variant, common: common)
            bytes = request.bytes
            kind = Kind(options: request.pricedOptions, tier: 0, cap: request.outputCap)
        }
        let tokens = AnswerHistory.expectedInput(bytes: bytes, cells: 1)
        kind.tier = model.prices[kind.options]?.tiers.count { tokens > Double($0.above) } ?? 0
        sums[kind, default: Sum()].cells += samples
        sums[kind, default: Sum()].bytes += samples * bytes
    }
}

extension Price {
    /// The rates above this number of tiers' limits.
    func rates(tier: Int) -> Rates { tier == 0 ? base : tiers[tier - 1].rates }
}
