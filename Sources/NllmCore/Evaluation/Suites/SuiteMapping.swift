/// A mapping of a suite whose keys are known.
struct SuiteMapping {
    let place: InputPlace
    private let members: [SuiteMember]

    /// The member of that name; nil if there is none, or nothing in it.
    subscript(name: String) -> SuiteMember? { members.first { $0.name == name && !$0.value.isNull } }

    /// Nil, and a problem, if it is no mapping.
    ///
    /// - Parameters:
    ///   - node: what a file holds.
    ///   - keys: the keys that it may have.
    ///   - problems: takes what is wrong.
    init?(_ node: SuiteNode, _ keys: SuiteKeys, _ problems: SuiteProblems) {
        guard case .mapping(let members) = node.content else {
            problems.report(
                node.place, "\(keys.place ?? "a suite") is \(node.kind), not a mapping; write \(keys.known.quotedList)")
            return nil
        }
        for member in members {
            if let flaw = keys.flaw(member.name) { problems.report(member.place, flaw) }
        }
        (place, self.members) = (node.place, members)
    }
}

/// Values of members, each nil, and a problem, if it is of the wrong type.
extension SuiteProblems {
    private func report(_ member: SuiteMember, wanted: String) {
        report(member.place, "`\(member.name)` is \(member.value.kind), not \(wanted)")
    }

    /// A text that is not empty, unless it may be.
    func text(_ member: SuiteMember?, mayBeEmpty: Bool = false) -> String? {
        guard let member else { return nil }
        guard let text = member.value.text else {
            let isScalar = if case .scalar = member.value.content { true } else { false }
            report(member, wanted: "a text" + (isScalar ? "; put it in quotes" : ""))
            return nil
        }
        guard mayBeEmpty || !text.isEmpty else {
            report(member.place, "`\(member.name)` is empty; leave it out")
            return nil
        }
        return text
    }

    func flag(_ member: SuiteMember?) -> Bool? {
        guard let member else { return nil }
        guard case .scalar(.bool(let flag)) = member.value.content else {
            report(member, wanted: "true or false")
            return nil
        }
        return flag
    }

    /// A number in a range, whose ends do not belong to it where they are `excluded`.
    func number(_ member: SuiteMember?, _ range: ClosedRange<Double>, excluding excluded: [Double] = []) -> Double? {
        guard let member else { return nil }
        let isOpen = range.upperBound == .infinity
        let words = "a number " + (isOpen ? "from \(range.lowerBound.short) on" : range.short)
        guard let number = member.value.json.doubleValue else {
            report(member, wanted: words)
            return nil
        }
        guard range.contains(number), number.isFinite, !excluded.contains(number) else {
            let ends = excluded.isEmpty ? "" : ", but not \(excluded.map(\.short).joined(separator: " or "))"
            report(member.place, "`\(member.name)` is \(number.short) but must be \(words)\(ends)")
            return nil
        }
        return number
    }

    /// A value in the form of a setting.
    func setting(_ member: SuiteMember?, _ form: SettingForm, example: String) -> JSONValue? {
        guard let member else { return nil }
        do throws(ConfigurationFlaw) {
            return try form.value(of: member.value.yaml, name: member.name, example: example)
        } catch {
            report(member.place.at(line: error.line), error.message)
            return nil
        }
    }

    /// A whole number in a range.
    func whole(_ member: SuiteMember?, _ range: ClosedRange<Int>) -> Int? {
        setting(member, .whole(range), example: String(range.lowerBound))?.intValue
    }

    /// The elements of a list, or a value that stands alone.
    func elements(_ member: SuiteMember?, mustBeList: Bool = false) -> [SuiteNode] {
        guard let member else { return [] }
        guard case .list(let elements) = member.value.content else {
            guard !mustBeList else {
                report(member, wanted: "a list")
                return []
            }
            return [member.value]
        }
        if elements.isEmpty { report(member.place, "`\(member.name)` is empty; leave it out") }
        return elements
    }

    /// Texts in a list, or one that stands alone, with their places.
    func texts(_ member: SuiteMember?) -> [(text: String, place: InputPlace)]? {
        guard let member else { return nil }
        return elements(member).compactMap { node in
            guard let text = node.text, !text.isEmpty else {
                report(
                    node.place,
                    "`\(member.name)` holds \(node.text == "" ? "an empty text" : node.kind), not only texts")
                return nil
            }
            return (text, node.place)
        }
    }

    /// The members of a mapping whose keys are names.
    func members(_ member: SuiteMember?) -> [SuiteMember] {
        guard let member else { return [] }
        guard case .mapping(let members) = member.value.content else {
            report(member, wanted: "a mapping")
            return []
        }
        return members
    }
}

extension Double {
    fileprivate var short: String { Int(exactly: self).map(String.init) ?? String(self) }
}

extension ClosedRange<Double> {
    fileprivate var short: String { "from \(lowerBound.short) to \(upperBound.short)" }
}
