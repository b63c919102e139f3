/// Reads the models of a suite.
struct SuiteModelReader {
    var map = ProviderMap()
    /// The models that `llm` knows; nil if that is not checked.
    let catalogue: ModelCatalogue?
    let problems: SuiteProblems

    /// The models in a list, with labels that are unique.
    func models(_ nodes: [SuiteNode]) -> [SuiteModel] {
        var models: [SuiteModel] = []
        var labels: Set<String> = []
        for node in nodes {
            guard let (model, isLabelled) = read(node) else { continue }
            if isLabelled, !labels.insert(model.variant.label).inserted {
                problems.report(node.place, "the label `\(model.variant.label)` stands twice; give each model its own")
            }
            models.append(model)
        }
        for (index, variant) in ModelVariant.distinct(models.map(\.variant)).enumerated() {
            models[index].variant = variant
        }
        return models
    }

    /// One model: a text, or `{id, label, config}`.
    func model(_ node: SuiteNode) -> SuiteModel? { read(node)?.model }

    private func read(_ node: SuiteNode) -> (model: SuiteModel, isLabelled: Bool)? {
        if let id = node.text { return model(id, at: node.place).map { ($0, false) } }
        guard let mapping = SuiteMapping(node, .provider, problems) else { return nil }
        guard let member = mapping["id"] else {
            problems.report(node.place, "a provider without `id`; write `- id: gpt-4o-mini`")
            return nil
        }
        guard let id = problems.text(member), var model = model(id, at: member.place) else { return nil }
        let label = problems.text(mapping["label"])
        if let label { model.variant.label = label }
        if let config = mapping["config"] { add(config, to: &model.variant) }
        return (model, label != nil)
    }

    private func model(_ id: String, at place: InputPlace) -> SuiteModel? {
        do throws(NllmError) {
            if catalogue?.id(of: id) != nil { return SuiteModel(variant: try ModelVariant(named: id), id: id) }
            let end = id.firstIndex(of: "[") ?? id.endIndex
            let (name, options) = (String(id[..<end]), String(id[end...]))
            guard let names = map.names(name) else {
                problems.report(
                    place,
                    "no rule says which model of llm `\(name)` is; write its name, or add `\(name)` to `providerMap`")
                return nil
            }
            let known = names.first { catalogue?.id(of: $0) != nil }
            if let catalogue, known == nil { try catalogue.check([try ModelVariant(named: names[0])]) }
            var variant = try ModelVariant((known ?? names[0]) + options)
            variant.label = id
            checkSecrets(variant, place)
            return SuiteModel(variant: variant, id: id)
        } catch {
            problems.report(place, error.description)
            return nil
        }
    }

    /// Parts of a provider's `config` that are no options of a model.
    private static let unsupported: [String: String] = [
        "apiKeyEnvar": "set the variable of the environment that llm knows", "apiHost": endpoint,
        "apiBaseUrl": endpoint,
        "tools": "tools are not called here", "functions": "tools are not called here", "tool_choice": "leave it out",
        "prompts": "write `prompts` in the tests", "basePath": "leave it out", "headers": endpoint,
    ]
    private static let endpoint = "name such a model in llm's extra-openai-models.yaml"

    private func add(_ config: SuiteMember, to variant: inout ModelVariant) {
        let members = problems.members(config)
        for member in members {
            if let advice = Self.unsupported[member.name] {
                problems.report(member.place, "`\(member.name)` of `config` is not supported; \(advice)")
                return
            }
        }
        do throws(OptionError) {
            let options = try ModelOption.options(.object(members.map { .init($0.name, $0.value.json) }))
            variant = ModelVariant(
                label: variant.label, name: variant.name, options: ModelOption.merged(variant.options, options),
                system: nil, arguments: [])
            checkSecrets(variant, config.place)
        } catch {
            problems.report(config.place, error.message)
        }
    }

    private func checkSecrets(_ variant: ModelVariant, _ place: InputPlace) {
        guard let name = Redaction.secret(in: ModelOption.arguments(variant.options)) else { return }
        problems.report(place, LLMCommand.secretRefusal(name))
    }
}
