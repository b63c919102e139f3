/// Reads a suite, and collects what is wrong with it.
struct SuiteReader {
    let path: String
    let files: SuiteFiles
    let allowsCommands: Bool
    let catalogue: ModelCatalogue?
    let problems = SuiteProblems()

    init(path: String, files: SuiteFiles, allowsCommands: Bool, catalogue: ModelCatalogue?) {
        (self.path, self.files, self.allowsCommands, self.catalogue) = (path, files, allowsCommands, catalogue)
    }

    /// The suite.
    ///
    /// - Throws: everything that is wrong with it.
    func read() throws(NllmError) -> Suite {
        guard let root = try root(), let mapping = SuiteMapping(root, .suite, problems) else {
            try problems.check()
            throw .badInput(problems: [InputProblem(InputPlace(file: path), "an empty suite")], count: 1)
        }
        let models = SuiteModelReader(map: providerMap(mapping), catalogue: catalogue, problems: problems)
        let context = context(mapping, models)
        let prompts = SuitePrompts(context: context, sources: testSources(mapping, context))
        var suite = Suite(path: path, files: files, prompts: prompts)
        suite.models = context.models
        suite.description = problems.text(mapping["description"], mayBeEmpty: true)
        suite.tags = tags(mapping["tags"])
        suite.sources = sources(mapping["sources"])
        let settings = SuiteSettingsReader(
            suite: mapping, files: files, models: models, allowsCommands: allowsCommands, problems: problems)
        suite.settings = settings.settings()
        suite.derivedMetrics = derivedMetrics(mapping["derivedMetrics"])
        do {
            suite.census = try prompts.forEach(problems) { _ in }
        } catch {
            throw .inputOutput(what: path, reason: ErrorText.reason(error))
        }
        // What is wrong with a test says nothing about what all of them have.
        if problems.count == 0 { checkMeaning(of: suite, mapping, settings) }
        try problems.check()
        return suite
    }

    /// What stands in the file; nil, and perhaps a problem, if there is nothing.
    private func root() throws(NllmError) -> SuiteNode? {
        do throws(FileError) {
            _ = try FileReader(path: path)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
        do throws(InputProblem) {
            let file = SuiteFile(path: path, name: path, reference: InputPlace(file: path))
            guard let root = try file.document(), !root.isNull else {
                problems.report(InputPlace(file: path), "an empty suite; it needs `prompts`, `tests` or `sources`")
                return nil
            }
            if case .list = root.content {
                problems.report(
                    root.place,
                    "a list is no suite, which has keys such as `prompts` and `providers`; if these are prompts: "
                        + "yq -o=json \(ShellWord.quote(path)) | nllm-batch enqueue -")
                return nil
            }
            return root
        } catch {
            problems.report(error)
            return nil
        }
    }

    // MARK: Models and prompts

    private func providerMap(_ suite: SuiteMapping) -> ProviderMap {
        var map = ProviderMap()
        for member in problems.members(suite["providerMap"]) {
            if let name = problems.text(member) { map.given[member.name] = name }
        }
        return map
    }

    private func context(_ suite: SuiteMapping, _ models: SuiteModelReader) -> SuiteContext {
        if suite["providers"] != nil, let member = suite["models"] {
            problems.report(member.place, "`models` beside `providers`; write one of them")
        }
        var context = SuiteContext(files: files, allowsCommands: allowsCommands)
        context.models = models.models(problems.elements(suite["providers"] ?? suite["models"]))
        for member in problems.members(suite["assertionTemplates"]) { context.templates[member.name] = member.value }
        context.prompts = SuiteTemplateReader.templates(problems.elements(suite["prompts"]), files, problems)
        // Tests alone hold their prompts themselves, as in promptfoo.
        if suite["prompts"] == nil, let template = try? Template("{{prompt}}") {
            let place = InputPlace(file: path)
            context.prompts = [SuiteTemplate(name: "1", label: nil, template: template, place: place)]
        }
        context.isComplete = problems.count == 0
        return context
    }

    // MARK: Tests

    private func testSources(_ suite: SuiteMapping, _ context: SuiteContext) -> [SuitePrompts.Source] {
        let reader = SuiteTestReader(context: context, problems: problems)
        for name in context.templates.keys.sorted() { reader.assertions.check(template: name) }
        let nothing = SuiteTest(place: suite.place)
        var defaults = nothing
        if let member = suite["defaultTest"] {
            // Without it, all tests would lack what it has.
            guard let node = content(of: member.value), let test = reader.test(node) else { return [] }
            defaults = test
        }
        var sources: [SuitePrompts.Source] = []
        var groups: Set<String> = []
        for node in problems.elements(suite["tests"]) {
            guard let text = node.text else {
                guard let test = reader.test(node) else { continue }
                let number = sources.count { $0.group.isEmpty } + 1
                sources.append(.init(content: .test(test, number: number), defaults: defaults))
                continue
            }
            guard let file = TestFile(text, at: node.place, files, problems) else { continue }
            let stem = AbsolutePath.stem(file.file.path)
            var group = SuiteID.slug(stem) ?? stem
            if !groups.insert(group).inserted { group += "-\(sources.count + 1)" }
            sources.append(.init(content: .file(file), group: group, defaults: defaults))
        }
        for (index, node) in problems.elements(suite["scenarios"]).enumerated() {
            sources += scenario(node, number: index + 1, reader, defaults)
        }
        // Prompts without tests are sent as they are.
        if suite["prompts"] != nil, suite["tests"] == nil, suite["scenarios"] == nil {
            sources.append(.init(content: .test(nothing, number: 1), defaults: defaults))
        }
        if sources.isEmpty, suite["tests"] == nil, suite["scenarios"] == nil, suite["sources"] == nil {
            problems.report(suite.place, "nothing to send; write `prompts`, `tests` or `sources`")
        }
        return sources
    }

    private func scenario(
        _ node: SuiteNode, number: Int, _ reader: SuiteTestReader, _ defaults: SuiteTest
    ) -> [SuitePrompts.Source] {
        guard let node = content(of: node), let mapping = SuiteMapping(node, .scenario, problems) else { return [] }
        for name in ["config", "tests"] where mapping[name] == nil {
            problems.report(node.place, "a scenario without `\(name)`, a list of tests")
        }
        let configs = problems.elements(mapping["config"], mustBeList: true).compactMap(reader.test)
        let tests = problems.elements(mapping["tests"], mustBeList: true).compactMap(reader.test)
        let description = problems.text(mapping["description"], mayBeEmpty: true)
        let group = description.flatMap(SuiteID.slug).map { "\($0)-\(number)" } ?? "scenario-\(number)"
        return configs.enumerated().flatMap { index, config in
            let defaults = config.merged(over: defaults)
            return tests.enumerated().map { position, test in
                SuitePrompts.Source(
                    content: .test(test, number: position + 1), group: "\(group)/\(index + 1)", defaults: defaults)
            }
        }
    }

    /// The node itself, or what stands in the file that it names.
    private func content(of node: SuiteNode) -> SuiteNode? {
        guard let text = node.text, text.hasPrefix(SuiteFiles.scheme) else { return node }
        guard let file = files.file(text, at: node.place, problems) else { return nil }
        do throws(InputProblem) {
            if let root = try file.document() { return root }
            problems.report(InputPlace(file: file.name), "an empty file")
        } catch {
            problems.report(error)
        }
        return nil
    }
}
