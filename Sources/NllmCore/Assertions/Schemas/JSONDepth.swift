extension JSONValue {
    /// Whether objects and arrays stand in one another at most so many levels deep, without a call per level.
    func isWithinDepth(_ limit: Int) -> Bool {
        var level = [self]
        for _ in 0..<limit {
            level = level.flatMap(\.parts)
            if level.isEmpty { return true }
        }
        return false
    }

    /// The objects and arrays right inside an object or array.
    private var parts: [JSONValue] {
        switch self {
        case .array(let elements): elements.filter(\.isContainer)
        case .object(let members): members.map(\.value).filter(\.isContainer)
        default: []
        }
    }

    private var isContainer: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }
}
