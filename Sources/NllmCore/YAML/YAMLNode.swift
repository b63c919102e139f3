internal import Yams

/// A value in a YAML document, with the line it starts on.
///
/// Aliases are replaced by their values; merge keys are kept.
struct YAMLNode: Equatable {
    enum Content: Equatable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLPair])
    }

    var content: Content
    var line: Int

    /// The most levels of lists and mappings in a document.
    static let maximumDepth = JSONParser.maximumDepth

    /// The root of the only document in a text; nil if there is nothing but comments.
    static func parse(_ yaml: String) throws(YAMLProblem) -> YAMLNode? {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw YAMLProblem(error)
        }
        // With aliases, a small text may expand beyond any memory.
        var left = 10 * yaml.utf8.count + 1000
        return try root.map { node throws(YAMLProblem) in try YAMLNode(node, depth: 0, left: &left) }
    }

    init(_ content: Content, line: Int) {
        (self.content, self.line) = (content, line)
    }

    private init(_ node: Node, depth: Int, left: inout Int) throws(YAMLProblem) {
        line = node.mark?.line ?? 1
        left -= 1
        guard left > 0 else { throw YAMLProblem(kind: .tooManyAliases, line: line) }
        guard depth < Self.maximumDepth || node.scalar != nil else { throw YAMLProblem(kind: .tooDeep, line: line) }
        switch node {
        case .scalar(let scalar):
            content = .scalar(
                YAMLScalar(text: scalar.string, isPlain: scalar.style == .plain || scalar.style == .any))
        case .sequence(let sequence):
            var elements: [YAMLNode] = []
            for element in sequence { elements.append(try YAMLNode(element, depth: depth + 1, left: &left)) }
            content = .sequence(elements)
        case .mapping(let mapping):
            var pairs: [YAMLPair] = []
            for (key, value) in mapping {
                let line = key.mark?.line ?? 1
                let value = try YAMLNode(value, depth: depth + 1, left: &left)
                pairs.append(YAMLPair(key: key.string, line: line, value: value))
            }
            content = .mapping(pairs)
        case .alias: throw YAMLProblem(kind: .tooManyAliases, line: line)
        }
    }
}

/// A key of a mapping and its value.
struct YAMLPair: Equatable {
    /// The key's text; nil for a list or a mapping, which YAML allows as keys.
    var key: String?
    /// The line of the key.
    var line: Int
    var value: YAMLNode
}

/// Why a text is not the expected YAML, and where that shows.
struct YAMLProblem: Error, Equatable {
    enum Kind: Equatable {
        case broken(String?)
        case duplicateKeys([String])
        case tooManyAliases
        case tooDeep
        case keyIsNotText
    }

    var kind: Kind
    /// The line, from 1; nil if it is unknown.
    var line: Int?

    /// What is wrong, starting in lower case.
    var message: String {
        switch kind {
        case .broken(let detail): "broken YAML" + (detail.map { ": \($0)" } ?? "")
        case .duplicateKeys(let keys): "duplicate key \(keys.quotedList)"
        case .tooManyAliases: "aliases that stand for too much; write the values out"
        case .keyIsNotText: "a key that is no text"
        case .tooDeep: "nested over \(YAMLNode.maximumDepth) levels deep"
        }
    }

    init(kind: Kind, line: Int?) {
        self.kind = kind
        self.line = line
    }

    fileprivate init(_ error: any Error) {
        switch error as? YamlError {
        // The parser's own limit is higher.
        case .parser(_, let problem, let mark, _) where problem.hasPrefix("Maximum nesting level reached"):
            self.init(kind: .tooDeep, line: mark.line)
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(kind: .broken(problem), line: mark.line)
        case .duplicatedKeysInMapping(let keys, let context):
            self.init(kind: .duplicateKeys(keys), line: context.mark.line)
        default: self.init(kind: .broken(nil), line: nil)
        }
    }
}
