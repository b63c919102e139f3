/// What a setting's value may be.
enum SettingForm {
    /// A whole number, of something that an option's message names after the range.
    case whole(ClosedRange<Int>, of: String = "")
    case dollars(ClosedRange<Double>)
    case flag
    case text
    case path
    case choice([String])
    /// A number of seconds, or a text such as `15m`.
    case duration(ClosedRange<Double>)
    /// The same, or `any`.
    case age(ClosedRange<Double>)
    case failureKinds
    /// A list of absolute paths.
    case folders

    /// The value in this node.
    ///
    /// - Parameters:
    ///   - node: what a file holds, which is not null.
    ///   - name: the setting's name, for messages.
    ///   - example: a value that would be right.
    /// - Returns: the value, numbers as JSON has them.
    /// - Throws: what is wrong with it, in lower case.
    func value(of node: YAMLNode, name: String, example: String) throws(ConfigurationFlaw) -> JSONValue {
        if case .folders = self { return try Self.folders(node, name: name, example: example) }
        guard let scalar = node.scalar, let value = typed(scalar) else {
            if case .whole(let allowed, _) = self, let number = node.scalar, number.number != nil {
                let range = RangeText.words(allowed)
                throw ConfigurationFlaw("`\(name)` is \(number.text) but must be a whole number from \(range)")
            }
            let better = node.scalar.flatMap(respelled) ?? example
            throw ConfigurationFlaw("`\(name)` is \(node.kind), not \(noun); write `\(name): \(better)`")
        }
        if let flaw = flaw(of: value, scalar) { throw ConfigurationFlaw("`\(name)` \(flaw)") }
        return value
    }

    private static func folders(
        _ node: YAMLNode, name: String, example: String
    ) throws(ConfigurationFlaw) -> JSONValue {
        guard case .sequence(let elements) = node.content else {
            throw ConfigurationFlaw("`\(name)` is \(node.kind), not a list; write `\(name): \(example)`")
        }
        return .strings(
            try elements.map { element throws(ConfigurationFlaw) in
                let path = element.scalar.flatMap { $0.isNull ? nil : $0.text } ?? ""
                guard HomeFolder.expand(path).hasPrefix("/"), !path.utf8.contains(0) else {
                    let what = path.isEmpty ? element.kind : "`\(path)`"
                    throw ConfigurationFlaw(
                        "`\(name)` holds \(what), not only absolute paths; write `\(name): \(example)`",
                        line: element.line)
                }
                return path
            })
    }

    /// The value if it is of the right type.
    private func typed(_ scalar: YAMLScalar) -> JSONValue? {
        switch self {
        case .dollars: return scalar.json
        case .whole:
            guard let number = scalar.number else { return nil }
            return Int(exactly: number).map { .integer($0) }
        case .flag: return scalar.bool.map(JSONValue.bool)
        case .text, .path, .choice, .failureKinds: return scalar.isText ? .string(scalar.text) : nil
        case .folders: return nil
        case .duration, .age: return scalar.json ?? (seconds(scalar) == nil ? nil : .string(scalar.text))
        }
    }

    /// The seconds that stand there, if this is about any.
    private func seconds(_ scalar: YAMLScalar) -> Double? {
        if let number = scalar.number { return number }
        if case .age = self { return scalar.isText ? DurationText.age(scalar.text) : nil }
        return scalar.isText ? DurationText.seconds(scalar.text) : nil
    }

    /// The same scalar as it would be right: a quoted number plain, a plain number quoted.
    private func respelled(_ scalar: YAMLScalar) -> String? {
        guard !scalar.text.isEmpty, !scalar.isNull else { return nil }
        let other = YAMLScalar(text: scalar.text, isPlain: !scalar.isPlain)
        guard let value = typed(other), flaw(of: value, other) == nil else { return nil }
        return other.isPlain ? other.text : YAMLText.quoted(other.text)
    }

    /// Why a value of the right type may not be; nil if it may.
    private func flaw(of value: JSONValue, _ scalar: YAMLScalar) -> String? {
        let number = scalar.number ?? 0
        switch self {
        case .dollars(let allowed):
            return allowed.contains(number) ? nil : "is \(scalar.text) but must be \(RangeText.words(allowed))"
        case .whole(let allowed, _):
            let isAllowed = value.intValue.map(allowed.contains) ?? false
            return isAllowed ? nil : "is \(scalar.text) but must be \(RangeText.words(allowed))"
        case .choice(let allowed):
            guard !allowed.contains(scalar.text) else { return nil }
            let names = allowed.quotedList
            return "is `\(scalar.text)` but must be one of \(names)" + NearestName.hint(scalar.text, among: allowed)
        case .path where scalar.text.isEmpty: return "is empty; name a path, or leave it out"
        case .text, .path: return LLMCommand.flaw(argument: scalar.text)
        case .duration(let allowed), .age(let allowed):
            let isAllowed = seconds(scalar).map(allowed.contains) ?? false
            return isAllowed ? nil : "is \(scalar.text) but must be \(DurationText.words(allowed))"
        case .failureKinds: return FailOnText.flaw(scalar.text)
        case .flag, .folders: return nil
        }
    }

    /// What it is, with its article.
    var noun: String {
        switch self {
        case .whole: "a whole number"
        case .dollars: "a number of US dollars"
        case .flag: "true or false"
        case .text: "a text"
        case .path: "a path"
        case .folders: "a list"
        case .choice, .failureKinds: "a text"
        case .duration, .age: DurationText.form
        }
    }
}

// MARK: - Ranges

extension SettingForm {
    /// The numbers that are allowed, in seconds for a duration; nil if it is not a number.
    var range: ClosedRange<Double>? {
        switch self {
        case .dollars(let range), .duration(let range), .age(let range): range
        case .whole(let range, _): Double(range.lowerBound)...Double(range.upperBound)
        case .flag, .text, .path, .choice, .failureKinds, .folders: nil
        }
    }

    /// The range in words; nil if it is not a number.
    var rangeText: String? {
        switch self {
        case .duration, .age: range.map(DurationText.words)
        default: range.map(RangeText.words)
        }
    }

    /// The numbers that are allowed, for messages about an option; nil if it is not a number.
    var optionText: String? {
        switch self {
        case .whole(_, let unit) where !unit.isEmpty: rangeText.map { "\($0) \(unit)" }
        case .dollars: rangeText.map { $0 + " US dollars" }
        default: rangeText
        }
    }

    /// A built-in value in an option's help; nil for a flag, and if there is none.
    func defaultText(_ value: JSONValue) -> String? {
        if case .duration = self { return value.doubleValue.map(DurationText.text) }
        return switch value {
        case .number(let text), .string(let text): text
        case .null, .bool, .array, .object: nil
        }
    }
}

extension YAMLScalar {
    /// Whether YAML takes it for text.
    fileprivate var isText: Bool { !isNull && bool == nil && number == nil }
}
