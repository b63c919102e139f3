/// A model that the provider says it served, and how often.
package struct ServedModel: Sendable, Hashable {
    /// Nil if the provider names none.
    package var model: String?
    /// What the provider calls the configuration behind it; nil if it names none.
    package var fingerprint: String?
    /// The number of cells.
    package var cells: Int
}
