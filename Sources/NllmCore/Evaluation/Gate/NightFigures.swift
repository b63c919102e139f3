/// The figures of a run that gates are held against.
package struct NightFigures: Sendable {
    /// Figures over the cells of all models or of one.
    package struct Totals: Sendable, Hashable {
        /// The number of cells, without judges and confirming answers.
        package var cells = 0
        /// Those that ended in an error or have no outcome.
        package var errors = 0
        /// Those with an answer but without a verdict.
        package var noVerdicts = 0
        /// From 0 to 1; nil if no cell has a verdict.
        package var passRate: Double?
        /// The mean score, from 0 to 1; nil if no cell has a verdict.
        package var score: Double?
        /// The 95th percentile in seconds; nil if no duration is known.
        package var latencyP95: Double?
        /// The sum of the known costs in US dollars, without judges and confirming answers.
        package var cost = 0.0
        /// The number of cells that cost something unknown.
        package var unknownCosts = 0
    }

    /// Over all models.
    var all = Totals()
    /// Of each model, by label.
    var models: [String: Totals] = [:]
    /// Each metric by its name; nil if no cell has a value.
    var metrics: [String: Double?] = [:]
    /// Whether the suite has any assertion.
    var hasAssertions = true
    /// The comparison with the history or a baseline; nil if the run has neither.
    var report: NightReport?
}
