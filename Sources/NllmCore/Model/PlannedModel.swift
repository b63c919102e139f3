/// A model of a run that is going to be enqueued.
struct PlannedModel: Sendable, Equatable {
    var variant: ModelVariant
    /// The files that its arguments and the run's name.
    var files: [RequestFile] = []
    /// What its tokens cost, as far as that is known.
    var price: Price?
}
