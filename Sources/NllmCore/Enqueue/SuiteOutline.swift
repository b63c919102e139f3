/// What a suite comes to.
package struct SuiteOutline: Sendable {
    /// The number of prompts, those of its prompt files included.
    package let prompts: Int
    /// The labels of the models.
    package let models: [String]
    /// The number of cells: prompts × models × samples.
    package let cells: Int
    /// The gates as they are written.
    package let gates: [String]

    /// The outline as an object.
    package var json: JSONValue {
        .object([
            .init("prompts", .integer(prompts)), .init("models", .strings(models)), .init("cells", .integer(cells)),
            .init("gates", .strings(gates)),
        ])
    }
}
