/// A place in a value that is not as its schema wants it.
struct SchemaFlaw: Sendable, Hashable, CustomStringConvertible {
    /// The place, such as `/items/3/price`; empty for the whole value.
    var pointer: String
    /// What is wrong, starting in lower case.
    var message: String

    /// Where and what, on one line: `/items/3/price: must be at least 0, is -1`.
    var description: String { "\(pointer.isEmpty ? "(root)" : pointer.shortened(to: 200)): \(message)".oneLine }
}
