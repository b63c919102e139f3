/// What a file may say of a limit; the kinds are called as ``Limit/Kind`` calls them.
enum LimitField: String, CaseIterable {
    case models, concurrency, rpm, tpm

    var kind: Limit.Kind? { Limit.Kind(rawValue: rawValue) }
}

extension Configuration {
    /// Where limits stand in a file.
    static let limitsPlace = "batch.limits"

    /// What is limited, by name and then by kind.
    public var limits: [Limit] {
        let ofAll: [(Limit.Kind, Setting)] = [(.requests, .requestsPerMinute), (.tokens, .tokensPerMinute)]
        var limits = ofAll.compactMap { kind, setting in
            value(of: setting).doubleValue.map { Limit(name: Limit.ofAllModels, kind: kind, amount: $0) }
        }
        for (name, fields) in limitSettings {
            for (field, setting) in fields {
                guard let kind = field.kind, let amount = setting.value.doubleValue else { continue }
                limits.append(Limit(name: name, kind: kind, amount: amount, models: models(ofLimit: name)))
            }
        }
        return Self.sorted(limits)
    }

    /// The models that a limit of that name is about: those of the configured group, else the model of that name.
    public func models(ofLimit name: String) -> [String]? {
        guard name != Limit.ofAllModels else { return nil }
        return limitSettings[name]?[.models]?.value.stringValues ?? [name]
    }

    /// The configured limits and given ones, of each name and kind the last.
    public func limits(given: [Limit]) -> [Limit] {
        var chosen: [[String]: Limit] = [:]
        for limit in limits + given { chosen[[limit.name, limit.kind.rawValue]] = limit }
        return Self.sorted(Array(chosen.values))
    }

    private static func sorted(_ limits: [Limit]) -> [Limit] {
        limits.sorted { ($0.name, $0.kind.rawValue) < ($1.name, $1.kind.rawValue) }
    }
}

extension ConfigurationReader {
    /// Reads limits of models and groups, which are merged with a weaker file's field by field.
    mutating func readLimits(_ limits: YAMLPair) {
        for (name, fields) in members(of: limits.value, called: "limits") {
            guard !name.isEmpty, name != Limit.ofAllModels else {
                report(
                    "`\(name)` names no limit in `limits`; name a model or a group, and write what holds for all models "
                        + "together as `rpm` and `tpm` below `batch:`", line: fields.line)
                continue
            }
            for (key, pair) in members(of: fields.value, called: "limits.\(name)") {
                guard let field = LimitField(rawValue: key) else {
                    let known = LimitField.allCases.map(\.rawValue)
                    report(UnknownKey.message(key, in: "`limits.\(name)`", known: known), line: pair.line)
                    continue
                }
                guard !pair.value.isNull, let value = value(of: pair, field) else { continue }
                configuration.limitSettings[name, default: [:]][field] =
                    Configuration.Entry(value: value, source: source(pair.line))
            }
        }
    }

    private mutating func value(of pair: YAMLPair, _ field: LimitField) -> JSONValue? {
        if let kind = field.kind {
            return value(of: pair, Setting.amount(of: kind).form, example: kind == .concurrency ? "8" : "500")
        }
        do throws(ConfigurationFlaw) {
            return .strings(try Self.patterns(pair.value))
        } catch {
            report(error.message, line: error.line ?? pair.line)
            return nil
        }
    }

    /// The names of models, each as it was written, with `*` at most at the end.
    static func patterns(_ node: YAMLNode) throws(ConfigurationFlaw) -> [String] {
        guard case .sequence(let elements) = node.content else {
            let example = node.scalar.map { YAMLText.quoted($0.text) } ?? "\"gpt-4o\""
            throw ConfigurationFlaw("`models` is \(node.kind), not a list; write `models: [\(example)]`")
        }
        guard !elements.isEmpty else {
            throw ConfigurationFlaw("`models` is empty; name a model, or leave it out for the model of that name")
        }
        return try elements.map { element throws(ConfigurationFlaw) in
            guard let scalar = element.scalar, !scalar.isNull, !scalar.text.isEmpty else {
                let kind = element.scalar?.text == "" && !element.isNull ? "an empty name" : element.kind
                throw ConfigurationFlaw(
                    "`models` holds \(kind), not only names; write `models: [\"gpt-4o\"]`", line: element.line)
            }
            guard !scalar.text.dropLast().contains("*") else {
                throw ConfigurationFlaw(
                    "`models` holds `\(scalar.text)`, but `*` stands for any text at the end only", line: element.line)
            }
            return scalar.text
        }
    }
}
