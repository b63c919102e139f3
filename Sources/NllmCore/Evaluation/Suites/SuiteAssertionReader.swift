/// Reads assertions of a suite, with the templates and the files that they name.
struct SuiteAssertionReader {
    /// The suite's `assertionTemplates`, by name.
    let templates: [String: SuiteNode]
    let files: SuiteFiles
    let allowsCommands: Bool
    let problems: SuiteProblems

    /// The assertions of a list, without those that are wrong.
    func assertions(_ list: SuiteMember?) -> [SuiteAssertion] {
        guard let list else { return [] }
        guard case .list(let nodes) = list.value.content else {
            problems.report(list.place, "`\(list.name)` is \(list.value.kind), not a list of assertions")
            return []
        }
        return nodes.compactMap { node in
            guard let node = resolved(node, []) else { return nil }
            return assertion(node).map { SuiteAssertion(assertion: $0, place: node.place) }
        }
    }

    /// Checks a template that may be used nowhere.
    func check(template name: String) {
        guard let node = resolved(.reference(to: name, at: templates[name]?.place), []) else { return }
        _ = assertion(node)
    }

    // MARK: Templates

    private static let path = "#/assertionTemplates/"

    /// The node with the templates in place of references to them; nil, and a problem, where one is wrong.
    ///
    /// - Parameters:
    ///   - node: an assertion or a reference.
    ///   - open: the names of the templates around it, of which none may be meant.
    /// - Returns: an assertion without references.
    private func resolved(_ node: SuiteNode, _ open: [String]) -> SuiteNode? {
        guard case .mapping(let members) = node.content else {
            let example = node.text.map { "; write `type:` and `value:`, not `\($0.prefix(40))`" } ?? ""
            problems.report(node.place, "an assertion is \(node.kind), not a mapping\(example)")
            return nil
        }
        guard let reference = members.first(where: { $0.name == "$ref" }) else {
            return resolvedSet(node, members, open)
        }
        if let other = members.first(where: { $0.name != "$ref" }) {
            problems.report(other.place, "`\(other.name)` beside `$ref`; write it into the template")
            return nil
        }
        guard let text = reference.value.text, text.hasPrefix(Self.path) else {
            problems.report(reference.place, "`$ref` must be '\(Self.path)NAME'")
            return nil
        }
        let name = String(text.dropFirst(Self.path.count))
        guard let template = templates[name] else {
            let hint = NearestName.hint(name, among: templates.keys.sorted())
            problems.report(reference.place, "`assertionTemplates` has no `\(name)`" + hint)
            return nil
        }
        guard !open.contains(name) else {
            problems.report(reference.place, "the template `\(name)` stands for itself; take this `$ref` out")
            return nil
        }
        return resolved(template, open + [name])
    }

    /// A set with the templates in place of references in it.
    private func resolvedSet(_ node: SuiteNode, _ members: [SuiteMember], _ open: [String]) -> SuiteNode? {
        guard let index = members.firstIndex(where: { $0.name == "assert" }),
            case .list(let nodes) = members[index].value.content
        else { return node }
        let inner = nodes.map { resolved($0, open) }
        guard !inner.contains(where: { $0 == nil }) else { return nil }
        var members = members
        members[index].value.content = .list(inner.compactMap(\.self))
        return SuiteNode(content: .mapping(members), place: node.place)
    }

    // MARK: Assertions

    /// The assertion in a node without references; nil, and a problem, if it is wrong.
    private func assertion(_ node: SuiteNode) -> Assertion? {
        guard let node = filled(node), case .mapping(let members) = node.content else { return nil }
        // What is wrong in a set is reported where it stands.
        if let set = members.first(where: { $0.name == "assert" }), case .list(let nodes) = set.value.content {
            let inner = nodes.map { ($0, assertion($0)) }
            guard inner.allSatisfy({ $0.1 != nil }) else { return nil }
        }
        do throws(AssertionProblem) {
            var assertion = try Assertion(json: node.json)
            guard assertion.type != .command || allowsCommands else {
                problems.refuse(
                    place(of: "type", in: node), "`command` runs a program; if you trust it, add --allow-commands")
                return nil
            }
            if assertion.type == .command { assertion.value = assertion.value.map(files.program) }
            return assertion
        } catch {
            problems.report(place(ofMessage: error.message, in: node), error.message)
            return nil
        }
    }

    /// The node with the content of files in place of `file://` as a value.
    private func filled(_ node: SuiteNode) -> SuiteNode? {
        guard case .mapping(var members) = node.content else { return node }
        for index in members.indices {
            let member = members[index]
            if member.name == "assert", case .list(let nodes) = member.value.content {
                let inner = nodes.map(filled)
                guard !inner.contains(where: { $0 == nil }) else { return nil }
                members[index].value.content = .list(inner.compactMap(\.self))
            }
            guard member.name == "value", let text = member.value.text, text.hasPrefix(SuiteFiles.scheme),
                isSupported(members)
            else { continue }
            guard let file = files.file(text, at: member.place, problems) else { return nil }
            do throws(InputProblem) {
                members[index].value = SuiteNode(try file.value(), at: member.place)
            } catch {
                problems.report(error)
                return nil
            }
        }
        return SuiteNode(content: .mapping(members), place: node.place)
    }

    /// Whether the type is one of ours: a file of another's is not looked for.
    private func isSupported(_ members: [SuiteMember]) -> Bool {
        guard let type = members.first(where: { $0.name == "type" })?.value.text else { return false }
        return AssertionType(rawValue: type.hasPrefix("not-") ? String(type.dropFirst(4)) : type) != nil
    }

    /// The place of the first member that a message names, else that of the type.
    private func place(ofMessage message: String, in node: SuiteNode) -> InputPlace {
        guard case .mapping(let members) = node.content else { return node.place }
        let words = message.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
        let named = words.compactMap { word in members.first { $0.name == word } }.first
        return named?.place ?? place(of: "type", in: node)
    }

    private func place(of name: String, in node: SuiteNode) -> InputPlace {
        guard case .mapping(let members) = node.content else { return node.place }
        return members.first { $0.name == name }?.place ?? node.place
    }
}

extension SuiteNode {
    /// A reference to a template.
    fileprivate static func reference(to name: String, at place: InputPlace?) -> SuiteNode {
        let place = place ?? InputPlace(file: "")
        return SuiteNode(.object([.init("$ref", .string("#/assertionTemplates/" + name))]), at: place)
    }
}
