internal import Yams

/// A value in a YAML document, with the line it starts on.
///
/// Aliases are replaced by what they stand for; merge keys are left as they are.
struct YAMLNode: Equatable {
    enum Content: Equatable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLPair])
    }

    var content: Content
    var line: Int

    /// The root of the one document in a text; nil if there is nothing but comments.
    static func parse(_ yaml: String) throws(YAMLProblem) -> YAMLNode? {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw YAMLProblem(error)
        }
        // Aliases may make a small text stand for more than any memory holds.
        var left = 10 * yaml.utf8.count + 1000
        return try root.map { node throws(YAMLProblem) in try YAMLNode(node, left: &left) }
    }

    private init(_ node: Node, left: inout Int) throws(YAMLProblem) {
        line = node.mark?.line ?? 1
        left -= 1
        guard left > 0 else { throw YAMLProblem(kind: .tooManyAliases, line: line) }
        switch node {
        case .scalar(let scalar):
            content = .scalar(
                YAMLScalar(text: scalar.string, isPlain: scalar.style == .plain || scalar.style == .any))
        case .sequence(let sequence):
            var elements: [YAMLNode] = []
            for element in sequence { elements.append(try YAMLNode(element, left: &left)) }
            content = .sequence(elements)
        case .mapping(let mapping):
            var pairs: [YAMLPair] = []
            for (key, value) in mapping {
                let line = key.mark?.line ?? 1
                pairs.append(YAMLPair(key: key.string, line: line, value: try YAMLNode(value, left: &left)))
            }
            content = .mapping(pairs)
        case .alias: throw YAMLProblem(kind: .tooManyAliases, line: line)
        }
    }
}

/// A key of a mapping and its value.
struct YAMLPair: Equatable {
    /// The key's text; nil for a list or a mapping, which YAML allows.
    var key: String?
    /// The line of the key.
    var line: Int
    var value: YAMLNode
}

/// Why a text is not the YAML that is wanted, and where that shows.
struct YAMLProblem: Error, Equatable {
    enum Kind: Equatable {
        case broken(String?)
        case duplicateKeys([String])
        case tooManyAliases
    }

    var kind: Kind
    /// The line from 1; nil if it isn't known.
    var line: Int?

    /// What is wrong, in lower case.
    var message: String {
        switch kind {
        case .broken(let detail): "broken YAML" + (detail.map { ": \($0)" } ?? "")
        case .duplicateKeys(let keys): "duplicate key \(keys.map { "`\($0)`" }.joined(separator: ", "))"
        case .tooManyAliases: "aliases that stand for too much; write the values out"
        }
    }

    init(kind: Kind, line: Int?) {
        self.kind = kind
        self.line = line
    }

    fileprivate init(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(kind: .broken(problem), line: mark.line)
        case .duplicatedKeysInMapping(let keys, let context):
            self.init(kind: .duplicateKeys(keys), line: context.mark.line)
        default: self.init(kind: .broken(nil), line: nil)
        }
    }
}
