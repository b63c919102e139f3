/// The resolved configuration for people and scripts: each value with its source, secrets taken out.
extension Configuration {
    /// Each key, in full as in `defaults.timeout`, with `value` and `source`.
    public var json: JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ value: JSONValue, _ source: Source) {
            members.append(
                .init(name, .object([.init("value", value), .init("source", .string(source.description))])))
        }
        let models = shownModels.map { model in
            JSONValue.object([.init("name", .string(model.name)), .init("options", .strings(model.options))])
        }
        add("models", modelList == nil ? .null : .array(models), modelList?.source ?? .builtIn)
        for setting in Self.shownSettings { add(setting.place, shown(setting), source(of: setting)) }
        for (name, field, entry) in shownLimits {
            add("\(Self.limitsPlace).\(name).\(field.rawValue)", entry.value, entry.source)
        }
        for (model, field, entry) in shownCosts {
            add("costs.\(model).\(field.rawValue)", entry.value, entry.source)
        }
        return .object(members)
    }

    /// The same as a configuration file, each line with its source in a comment.
    public var yaml: String {
        var lines: [String] = []
        func add(_ text: String, _ source: Source) {
            lines.append("\(text)  # \(YAMLText.comment(source.description))")
        }
        if let modelList {
            add(modelList.models.isEmpty ? "models: []" : "models:", modelList.source)
            for model in shownModels {
                let name = YAMLText.quoted(model.name)
                let options = model.options.map(YAMLText.quoted).joined(separator: ", ")
                let entry = model.options.isEmpty ? name : "{name: \(name), options: [\(options)]}"
                add("  - \(entry)", model.source)
            }
        } else {
            add("models: null", .builtIn)
        }
        for section in Setting.sections {
            lines.append("\(section):")
            for setting in Self.shownSettings where setting.section == section {
                add("  \(setting.name): \(YAMLText.scalar(shown(setting)))", source(of: setting))
            }
            guard Self.limitsPlace.hasPrefix(section + ".") else { continue }
            if limitSettings.isEmpty { add("  limits: {}", .builtIn) } else { lines.append("  limits:") }
            var last: String?
            for (name, field, entry) in shownLimits {
                if name != last { lines.append("    \(YAMLText.quoted(name)):") }
                last = name
                add("      \(field.rawValue): \(YAMLText.scalar(entry.value))", entry.source)
            }
        }
        if costSettings.isEmpty { add("costs: {}", .builtIn) } else { lines.append("costs:") }
        var last: String?
        for (model, field, entry) in shownCosts {
            if model != last { lines.append("  \(YAMLText.quoted(model)):") }
            last = model
            add("    \(field.rawValue): \(YAMLText.scalar(entry.value))", entry.source)
        }
        return lines.joined(separator: "\n")
    }

    /// The older name is not shown: its value is the concurrency's.
    private static let shownSettings = Setting.all.filter { $0 != .parallel }

    private func shown(_ setting: Setting) -> JSONValue {
        guard case .string(let text) = value(of: setting) else { return value(of: setting) }
        return .string(Redaction.redact(text))
    }

    private var shownModels: [ConfiguredModel] {
        (modelList?.models ?? []).map { model in
            ConfiguredModel(
                name: Redaction.redact(model.name), options: Redaction.redact(arguments: model.options),
                source: model.source)
        }
    }

    private var shownCosts: [(model: String, field: ModelCosts.Field, entry: Entry)] {
        costSettings.sorted { $0.key < $1.key }.flatMap { model, fields in
            ModelCosts.Field.allCases.compactMap { field in
                fields[field].map { (Redaction.redact(model), field, $0) }
            }
        }
    }

    private var shownLimits: [(name: String, field: LimitField, entry: Entry)] {
        limitSettings.sorted { $0.key < $1.key }.flatMap { name, fields in
            LimitField.allCases.compactMap { field in
                fields[field].map { (Redaction.redact(name), field, $0) }
            }
        }
    }
}
