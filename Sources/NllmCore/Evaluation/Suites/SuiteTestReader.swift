/// Reads tests of a suite.
struct SuiteTestReader {
    let context: SuiteContext
    let problems: SuiteProblems

    var assertions: SuiteAssertionReader {
        SuiteAssertionReader(
            templates: context.templates, files: context.files, allowsCommands: context.allowsCommands,
            problems: problems)
    }

    /// The test in a node; nil, and problems, if anything is wrong with it.
    func test(_ node: SuiteNode) -> SuiteTest? {
        let before = problems.count
        guard let mapping = SuiteMapping(node, .test, problems) else { return nil }
        var test = SuiteTest(place: node.place)
        test.description = problems.text(mapping["description"], mayBeEmpty: true).flatMap { $0.isEmpty ? nil : $0 }
        test.variables = mapping["vars"].map(variables) ?? []
        test.assertions = assertions.assertions(mapping["assert"])
        test.threshold = problems.number(mapping["threshold"], 0...1)
        test.metadata = problems.members(mapping["metadata"]).map { .init($0.name, $0.value.json) }
        if let options = mapping["options"] { read(options: options.value, into: &test) }
        test.models = models(mapping["provider"], mapping["providers"])
        test.prompts = prompts(mapping["prompts"])
        test.answer = mapping["providerOutput"].map { $0.value.text ?? JSONWriter.text($0.value.json) }
        return problems.count == before ? test : nil
    }

    private func read(options node: SuiteNode, into test: inout SuiteTest) {
        guard let options = SuiteMapping(node, .options, problems) else { return }
        test.prefix = problems.text(options["prefix"], mayBeEmpty: true)
        test.suffix = problems.text(options["suffix"], mayBeEmpty: true)
        test.keepsLists = problems.flag(options["disableVarExpansion"])
        for (name, text) in [("prefix", test.prefix), ("suffix", test.suffix)] {
            guard let text, let place = options[name]?.place else { continue }
            _ = SuiteTemplate.template(text, at: place, problems)
        }
    }

    // MARK: Variables

    private func variables(_ member: SuiteMember) -> [JSONValue.Member] {
        guard let text = member.value.text else {
            return problems.members(member).map { .init($0.name, variable($0.value.json, at: $0.place)) }
        }
        guard text.hasPrefix(SuiteFiles.scheme) else {
            problems.report(member.place, "`vars` is a text, not a mapping; to read a file, write file://PATH")
            return []
        }
        do throws(InputProblem) {
            guard let file = context.files.file(text, at: member.place, problems) else { return [] }
            guard let node = try file.document(), case .mapping(let members) = node.content else {
                problems.report(InputPlace(file: file.name), "not a mapping of variables, as `vars` needs it")
                return []
            }
            return members.map { .init($0.name, variable($0.value.json, at: $0.place)) }
        } catch {
            problems.report(error)
            return []
        }
    }

    /// A value, with the content of files in place of `file://`, in lists as well.
    func variable(_ value: JSONValue, at place: InputPlace) -> JSONValue {
        if case .array(let elements) = value { return .array(elements.map { variable($0, at: place) }) }
        guard let text = value.stringValue, text.hasPrefix(SuiteFiles.scheme) else { return value }
        guard let file = context.files.file(text, at: place, problems) else { return value }
        do throws(InputProblem) {
            return try file.value()
        } catch {
            problems.report(error)
            return value
        }
    }

    // MARK: Filters

    private func models(_ one: SuiteMember?, _ several: SuiteMember?) -> [String]? {
        if let one, several != nil { problems.report(one.place, "`provider` beside `providers`; write one of them") }
        guard let names = problems.texts(several ?? one) else { return nil }
        // Without models of its own, a suite is run with those of the command line.
        guard !context.models.isEmpty else { return names.map(\.text) }
        var labels: [String] = []
        for (name, place) in names {
            let meant = context.models.filter { $0.answers(to: name) }.map(\.variant.label)
            if meant.isEmpty, context.isComplete {
                let known = context.models.map(\.variant.label)
                problems.report(
                    place,
                    "`\(name)` is none of the suite's models, which are \(known.quotedList)"
                        + NearestName.hint(name, among: known))
            }
            labels += meant.filter { !labels.contains($0) }
        }
        return labels
    }

    private func prompts(_ member: SuiteMember?) -> [String]? {
        guard let labels = problems.texts(member) else { return nil }
        var names: [String] = []
        for (label, place) in labels {
            let meant = context.prompts.filter { $0.answers(to: label) }.map(\.name)
            if meant.isEmpty, context.isComplete {
                let known = context.prompts.compactMap(\.label)
                let list = known.isEmpty ? "which have no labels; write {label, raw}" : "which are \(known.quotedList)"
                problems.report(
                    place, "`\(label)` is none of the suite's prompts, \(list)" + NearestName.hint(label, among: known))
            }
            names += meant.filter { !names.contains($0) }
        }
        return names
    }
}
