/// What a suite says of itself, and of what comes out.
extension SuiteReader {
    func tags(_ member: SuiteMember?) -> [JSONValue.Member] {
        problems.members(member).compactMap { tag in
            switch tag.value.json {
            case .string, .number, .bool: return .init(tag.name, tag.value.json)
            default:
                problems.report(tag.place, "the tag `\(tag.name)` is \(tag.value.kind), not a text")
                return nil
            }
        }
    }

    /// The paths of prompt files.
    func sources(_ member: SuiteMember?) -> [String] {
        (problems.texts(member) ?? []).compactMap { text, place in
            let name = text.hasPrefix(SuiteFiles.scheme) ? String(text.dropFirst(SuiteFiles.scheme.count)) : text
            let path = files.path(name)
            guard !files.isForbidden(path) else {
                problems.refuse(place, "`\(name)` is \(SuiteFiles.trustAdvice)")
                return nil
            }
            guard name != "-", PromptSource.exists(path) else {
                problems.report(place, "`\(name)`: no such file or directory")
                return nil
            }
            return path
        }
    }

    func derivedMetrics(_ member: SuiteMember?) -> [DerivedMetric] {
        problems.elements(member, mustBeList: true).compactMap { node in
            guard let mapping = SuiteMapping(node, .derivedMetric, problems) else { return nil }
            guard let name = problems.text(mapping["name"]), let value = mapping["value"] else {
                problems.report(node.place, "a derived metric needs `name` and `value`")
                return nil
            }
            guard let text = value.value.json.scalarText else {
                problems.report(
                    value.place, "`value` is \(value.value.kind), not an arithmetic expression over metrics")
                return nil
            }
            do throws(ArithmeticProblem) {
                return DerivedMetric(name: name, expression: try ArithmeticExpression(text), place: value.place)
            } catch {
                problems.report(value.place, "`\(text.prefix(100))` is not an arithmetic expression: \(error.message)")
                return nil
            }
        }
    }

    /// Checks what refers to metrics, models and metadata that there must be.
    func checkMeaning(of suite: Suite, _ mapping: SuiteMapping, _ settings: SuiteSettingsReader) {
        // What prompt files assert is not known yet.
        guard suite.sources.isEmpty else { return }
        var metrics = suite.census.metrics
        for metric in suite.derivedMetrics {
            if let unknown = metric.expression.names.first(where: { !metrics.contains($0) }) {
                let hint = NearestName.hint(unknown, among: metrics.sorted())
                problems.report(
                    metric.place, "`\(unknown)` is no metric of an assertion or an earlier derived one\(hint)")
            }
            if !metrics.insert(metric.name).inserted {
                problems.report(metric.place, "there is another metric `\(metric.name)`; give it another name")
            }
        }
        if let member = mapping["cluster"], let key = suite.settings.cluster, !suite.census.metadata.contains(key) {
            problems.report(
                member.place,
                "no test has `\(key)` in its `metadata`" + NearestName.hint(key, among: suite.census.metadata.sorted()))
        }
        for (gate, place) in settings.gates(reporting: false) {
            // Without models of its own, a suite is run with those of the command line.
            let labels = suite.models.isEmpty ? [gate.label].compactMap(\.self) : suite.models.map(\.variant.label)
            let flaw = gate.flaw(labels: labels, metrics: metrics, hasAssertions: suite.census.hasAssertions)
            if let flaw { problems.refuse(place, flaw) }
        }
    }
}

extension GateExpression {
    /// The label of the model that it is about; nil for all models.
    fileprivate var label: String? {
        guard case .limit(let figure, let name, _, _) = condition, figure != .metric else { return nil }
        return name
    }
}
