/// The items of an array, or members of an object, that keywords have looked at with success.
struct SchemaMarks {
    private var isMarked: [Bool]

    /// No part of the value is marked.
    init(_ value: JSONValue) {
        switch value {
        case .array(let elements): isMarked = Array(repeating: false, count: elements.count)
        case .object(let members): isMarked = Array(repeating: false, count: members.count)
        default: isMarked = []
        }
    }

    subscript(index: Int) -> Bool {
        get { isMarked[index] }
        set { isMarked[index] = newValue }
    }

    /// Adds the marks of another schema for the same value.
    mutating func merge(_ other: SchemaMarks?) {
        guard let other else { return }
        for index in isMarked.indices where other.isMarked[index] { isMarked[index] = true }
    }
}
