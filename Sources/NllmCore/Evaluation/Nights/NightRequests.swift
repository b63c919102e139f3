/// Requests on behalf of a night's answers: to judges, or to confirm failures.
package struct NightRequests: Sendable, Hashable {
    /// The number of cells.
    package var cells: Int
    /// The number of judges' answers that say nothing usable; nil for confirming answers.
    package var noVerdicts: Int?
    /// The known costs in US dollars.
    package var cost: Double
}
