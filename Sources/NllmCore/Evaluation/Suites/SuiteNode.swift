/// A value in one of a suite's files, with its place.
struct SuiteNode: Sendable {
    enum Content: Sendable {
        /// A text, a number, a boolean or null.
        case scalar(JSONValue)
        case list([SuiteNode])
        case mapping([SuiteMember])
    }

    var content: Content
    var place: InputPlace

    /// The most bytes of a file that is held in memory as a whole.
    static let sizeLimit = 64 << 20
}

/// A key of a mapping and its value.
struct SuiteMember: Sendable {
    var name: String
    /// Where the key stands.
    var place: InputPlace
    var value: SuiteNode
}

extension SuiteNode {
    /// A value of which all parts have one place, such as a line of JSON.
    init(_ json: JSONValue, at place: InputPlace) {
        self.place = place
        content =
            switch json {
            case .array(let elements): .list(elements.map { SuiteNode($0, at: place) })
            case .object(let members):
                .mapping(
                    members.map { member in
                        SuiteMember(name: member.name, place: place, value: SuiteNode(member.value, at: place))
                    })
            default: .scalar(json)
            }
    }

    /// The value without places.
    var json: JSONValue {
        switch content {
        case .scalar(let value): value
        case .list(let elements): .array(elements.map(\.json))
        case .mapping(let members): .object(members.map { JSONValue.Member($0.name, $0.value.json) })
        }
    }

    /// The text, if it is one.
    var text: String? {
        guard case .scalar(let value) = content else { return nil }
        return value.stringValue
    }

    var isNull: Bool {
        guard case .scalar(.null) = content else { return false }
        return true
    }

    /// The kind of value, in words that follow "is".
    var kind: String {
        switch content {
        case .scalar(let value): value.kind
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    /// The value as the forms of settings take it.
    var yaml: YAMLNode {
        let line = place.line ?? 1
        switch content {
        case .scalar(.null): return YAMLNode(.scalar(YAMLScalar(text: "null", isPlain: true)), line: line)
        case .scalar(let value):
            let text = value.stringValue ?? JSONWriter.text(value)
            // A duration or a word is no number or boolean, whether or not it has quotes.
            let scalar = YAMLScalar(text: text, isPlain: value.stringValue == nil)
            return YAMLNode(.scalar(scalar), line: line)
        case .list(let elements): return YAMLNode(.sequence(elements.map(\.yaml)), line: line)
        case .mapping(let members):
            let pairs = members.map { YAMLPair(key: $0.name, line: $0.place.line ?? line, value: $0.value.yaml) }
            return YAMLNode(.mapping(pairs), line: line)
        }
    }
}
