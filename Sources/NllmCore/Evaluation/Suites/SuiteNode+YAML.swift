extension SuiteNode {
    /// The root of a YAML document, with its merge keys resolved; nil if there is nothing but comments.
    ///
    /// - Parameters:
    ///   - yaml: the text.
    ///   - file: what messages call the file.
    /// - Returns: the root.
    /// - Throws: what is wrong, and where.
    static func parse(yaml: String, file: String) throws(InputProblem) -> SuiteNode? {
        do throws(ConfigurationFlaw) {
            guard let root = try ConfigurationFile.parse(yaml) else { return nil }
            return try SuiteNode(root, file)
        } catch {
            throw InputProblem(InputPlace(file: file, line: error.line), error.message)
        }
    }

    private init(_ node: YAMLNode, _ file: String) throws(ConfigurationFlaw) {
        place = InputPlace(file: file, line: node.line)
        switch node.content {
        case .scalar(let scalar): content = .scalar(scalar.coreValue)
        case .sequence(let elements):
            var nodes: [SuiteNode] = []
            for element in elements { nodes.append(try SuiteNode(element, file)) }
            content = .list(nodes)
        case .mapping(let pairs): content = .mapping(try Self.members(pairs, file))
        }
    }

    /// The members of a mapping; those of merge keys stand in their place, unless the mapping has such a key itself.
    private static func members(_ pairs: [YAMLPair], _ file: String) throws(ConfigurationFlaw) -> [SuiteMember] {
        var taken = Set(pairs.compactMap(\.key))
        var members: [SuiteMember] = []
        for pair in pairs {
            guard let key = pair.key else {
                throw ConfigurationFlaw("a key that is no text; write a name before the colon", line: pair.line)
            }
            guard key == "<<" else {
                let place = InputPlace(file: file, line: pair.line)
                members.append(SuiteMember(name: key, place: place, value: try SuiteNode(pair.value, file)))
                continue
            }
            let parts = if case .sequence(let parts) = pair.value.content { parts } else { [pair.value] }
            for part in parts {
                guard case .mapping(let pairs) = part.content else {
                    throw ConfigurationFlaw("`<<` is \(part.kind), not a mapping; write `<<: *NAME`", line: pair.line)
                }
                members += try Self.members(pairs, file).filter { taken.insert($0.name).inserted }
            }
        }
        return members
    }
}

extension YAMLScalar {
    /// The value by the core schema of YAML 1.2, as promptfoo has it: `no` is a text, `1:30` too.
    ///
    /// Digits after a zero stay a text, since they are rather a code than a number.
    fileprivate var coreValue: JSONValue {
        guard isPlain else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return coreNumber ?? .string(text)
        }
    }

    private var coreNumber: JSONValue? {
        guard let first = text.utf8.first, first.isDigit || "+-.".utf8.contains(first) else { return nil }
        if case .number? = try? JSONParser.parse(text) { return .number(text) }
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
            return UInt64(text.dropFirst(2), radix: radix).map { .integer($0) }
        }
        let digits = text.utf8.drop { "+-".utf8.contains($0) }
        guard digits.contains(where: \.isDigit), text.utf8.allSatisfy({ $0.isDigit || ".eE+-".utf8.contains($0) }),
            digits.first != UInt8(ascii: "0") || digits.dropFirst().first?.isDigit != true,
            let number = Double(text), number.isFinite
        else { return nil }
        return Int(exactly: number).map { .integer($0) } ?? .number(String(number))
    }
}
