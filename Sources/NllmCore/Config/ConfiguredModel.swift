/// A model that a configuration file names.
public struct ConfiguredModel: Sendable, Equatable {
    /// The model as `-m` takes it.
    public let name: String
    /// Arguments for `llm`, such as `-o temperature 0.2`.
    public let options: [String]
    /// The file and the line that name it.
    public let source: Configuration.Source

    /// The name by which `llm` knows it.
    public var modelName: String { options.isEmpty ? (try? ModelVariant(name).name) ?? name : name }
}

extension ConfigurationReader {
    /// Reads the list of models, which takes the place of a weaker file's.
    mutating func readModels(_ list: YAMLPair) {
        guard !list.value.isNull else { return }
        guard case .sequence(let nodes) = list.value.content else {
            let example = list.value.scalar.map { YAMLText.quoted($0.text) } ?? "gpt-4"
            report("`models` is \(list.value.kind), not a list; write `models: [\(example)]`", line: list.line)
            return
        }
        var models: [ConfiguredModel] = []
        for node in nodes {
            do throws(ConfigurationFlaw) {
                if let model = try model(node) { models.append(model) }
            } catch {
                report(error.message, line: error.line ?? node.line)
            }
        }
        configuration.modelList = (models, source(list.line))
    }

    /// The model in an entry of the list; nil if what is wrong with it was reported.
    private mutating func model(_ node: YAMLNode) throws(ConfigurationFlaw) -> ConfiguredModel? {
        if case .mapping = node.content { return try modelWithOptions(node) }
        guard let scalar = node.scalar, !scalar.isNull else {
            throw ConfigurationFlaw("a model is \(node.kind), not a name; write `- gpt-4`, or `- name: gpt-4`")
        }
        return ConfiguredModel(name: try Self.name(scalar.text), options: [], source: source(node.line))
    }

    private mutating func modelWithOptions(_ node: YAMLNode) throws(ConfigurationFlaw) -> ConfiguredModel? {
        let known = ["name", "options"]
        let fields = members(of: node)
        let unknown = fields.filter { !known.contains($0.key) }
        for (key, pair) in unknown { report(UnknownKey.message(key, in: "a model", known: known), line: pair.line) }
        guard unknown.isEmpty else { return nil }
        let given = fields.map(\.pair).filter { !$0.value.isNull }
        guard let name = given.first(where: { $0.key == "name" }) else {
            throw ConfigurationFlaw("a model without `name`; write `- name: gpt-4`")
        }
        guard let text = name.value.scalar?.text else {
            throw ConfigurationFlaw(
                "a model's `name` is \(name.value.kind), not a text; write `name: gpt-4`", line: name.line)
        }
        let arguments = try given.first { $0.key == "options" }.map(Self.arguments) ?? []
        checkTrust(ofArguments: arguments)
        return ConfiguredModel(
            name: try Self.name(text), options: arguments.map(\.text), source: source(node.line))
    }

    private static func name(_ text: String) throws(ConfigurationFlaw) -> String {
        do throws(NllmError) {
            return try ModelVariant(text).label
        } catch {
            throw ConfigurationFlaw(error.description)
        }
    }

    /// The arguments for `llm`, each as it was written, with its line.
    private static func arguments(_ options: YAMLPair) throws(ConfigurationFlaw) -> [(text: String, line: Int)] {
        let example = "write `options: [\"-o\", \"temperature\", \"0.2\"]`"
        guard case .sequence(let elements) = options.value.content else {
            throw ConfigurationFlaw(
                "a model's `options` is \(options.value.kind), not a list of arguments; \(example)", line: options.line)
        }
        return try elements.map { element throws(ConfigurationFlaw) in
            guard let scalar = element.scalar, !scalar.isNull else {
                throw ConfigurationFlaw(
                    "a model's `options` holds \(element.kind), not only texts; \(example)", line: element.line)
            }
            if let flaw = LLMCommand.flaw(argument: scalar.text) {
                throw ConfigurationFlaw("one of a model's `options` \(flaw)", line: element.line)
            }
            return (scalar.text, element.line)
        }
    }
}
