/// A model of a run that is being enqueued.
struct PlannedModel: Sendable, Equatable {
    var variant: ModelVariant
    /// The files that its arguments and the run's name.
    var files: [RequestFile] = []
    /// The price of its tokens, if known.
    var price: Price?
}
