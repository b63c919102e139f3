/// A model of a run that is being enqueued.
struct PlannedModel: Sendable, Equatable {
    var variant: ModelVariant
    /// The files that its arguments and the run's name.
    var files: [RequestFile] = []
    /// What its tokens cost, as far as known.
    var prices = ModelPrices()
}

extension PlannedModel {
    /// The options of its cells that change the price, where the prompt has none of its own.
    func pricedOptions(with common: CommonRequest) -> PricedOptions {
        LLMRequest(prompt: Prompt(id: "", text: ""), model: variant, common: common).pricedOptions
    }
}
