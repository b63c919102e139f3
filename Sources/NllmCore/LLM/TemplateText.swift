/// One of `llm`'s templates, with regard to the local files that it names.
struct TemplateText {
    /// The fields that name files, with the corresponding flags.
    private static let fields = [
        "fragments": "--fragment", "system_fragments": "--system-fragment", "attachments": "--attachment",
        "attachment_types": "--attachment-type",
    ]

    private let text: String
    private let root: [YAMLPair]

    init(_ bytes: some Collection<UInt8>) {
        text = String(decoding: ByteOrderMark.removed(from: bytes), as: UTF8.self)
        // An unreadable template names nothing; `llm` itself reports what is wrong with it.
        if let content = (try? YAMLNode.parse(text))??.content, case .mapping(let pairs) = content {
            root = pairs
        } else {
            root = []
        }
    }

    /// The values that it names, without looking for the files.
    var files: [RequestFile] {
        root.flatMap { pair -> [RequestFile] in
            guard let flag = pair.key.flatMap({ Self.fields[$0] }) else { return [] }
            return Self.items(pair).map { RequestFile(flag: flag, value: $0.value) }
        }
    }

    /// The same template with each value replaced by the result of `name`; nil if only `llm` can follow its notation.
    func renaming(_ name: (_ flag: String, _ value: String) -> String) -> [UInt8]? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var expected: [String] = []
        // From the end, so that earlier lines keep their numbers.
        for (index, pair) in root.enumerated().reversed() {
            guard let key = pair.key, let flag = Self.fields[key] else { continue }
            let items = Self.items(pair).map { (type: $0.type, value: name(flag, $0.value)) }
            let end = index + 1 < root.count ? root[index + 1].line - 1 : lines.count
            guard pair.line - 1 < end, end <= lines.count else { return nil }
            let list = items.map { item in
                let value = YAMLText.quoted(item.value)
                return item.type.map { "{type: \(YAMLText.quoted($0)), value: \(value)}" } ?? value
            }
            let last = end == lines.count ? [""] : []
            lines.replaceSubrange((pair.line - 1)..<end, with: ["\(key): [\(list.joined(separator: ", "))]"] + last)
            expected.insert(contentsOf: items.map(\.value), at: 0)
        }
        let renamed = TemplateText(Array(lines.joined(separator: "\n").utf8))
        // Reading it again shows whether that was right.
        let isSame = root.count == renamed.root.count && zip(root, renamed.root).allSatisfy(Self.areAlike)
        return isSame && renamed.files.map(\.value) == expected ? Array(renamed.text.utf8) : nil
    }

    private static func areAlike(_ one: YAMLPair, _ other: YAMLPair) -> Bool {
        guard one.key == other.key, let key = one.key else { return false }
        return fields[key] != nil || one.value.hasSameContent(as: other.value)
    }

    private static func items(_ pair: YAMLPair) -> [(type: String?, value: String)] {
        guard case .sequence(let elements) = pair.value.content else { return [] }
        return elements.compactMap { element in
            switch element.content {
            case .scalar(let scalar): (nil, scalar.text)
            case .mapping(let pairs):
                pairs.first { $0.key == "value" }?.value.scalar.map { value in
                    (pairs.first { $0.key == "type" }?.value.scalar?.text, value.text)
                }
            case .sequence: nil
            }
        }
    }
}

extension YAMLNode {
    /// Whether both have the same meaning, on whatever lines.
    fileprivate func hasSameContent(as other: YAMLNode) -> Bool {
        switch (content, other.content) {
        case (.scalar(let one), .scalar(let two)): one == two
        case (.sequence(let one), .sequence(let two)):
            one.count == two.count && zip(one, two).allSatisfy { $0.hasSameContent(as: $1) }
        case (.mapping(let one), .mapping(let two)):
            one.count == two.count
                && zip(one, two).allSatisfy { $0.key == $1.key && $0.value.hasSameContent(as: $1.value) }
        default: false
        }
    }
}
