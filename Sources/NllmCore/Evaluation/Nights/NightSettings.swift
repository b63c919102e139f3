/// What a run is held against.
struct NightSettings: Sendable {
    /// The nights that it is compared with.
    enum Baseline: Sendable, Hashable {
        /// The last nights of its series that were not worse than those before, paired by what was sent.
        case history
        /// The night before, paired by prompt id and model label.
        case last
        /// The night of the history with the highest pass rate, paired likewise.
        case best
        /// A run by its name, paired likewise.
        case run(String)
    }

    var gates: [GateExpression] = []
    var baseline = Baseline.history
    var rule = RegressionRule()
    /// The key of the metadata that groups prompts.
    var cluster: String?
    /// Whether models or programs decide about answers.
    var asksOthers = false
    var derivedMetrics: [DerivedMetric] = []
    /// A command that gets the night.
    var finally: String?
    /// Nights of the series that are kept; nil for all.
    var keptNights: Int?
    /// Nights of the series whose answers are kept; nil for all.
    var keptAnswers: Int?
    /// An absolute path for the results.
    var outputPath: String?
}

extension NightSettings {
    /// The extensions that ``outputPath`` may have: the night with its results, the results, JUnit's XML, Markdown.
    static let outputFormats = ["json", "jsonl", "xml", "md"]
}

extension NightSettings.Baseline {
    /// The baseline as users write it.
    var text: String {
        switch self {
        case .history: "history"
        case .last: "last"
        case .best: "best"
        case .run(let name): name
        }
    }

    init(_ text: String) {
        switch text {
        case "history": self = .history
        case "last": self = .last
        case "best": self = .best
        default: self = .run(text)
        }
    }
}

extension NightSettings {
    /// The gates that hold: those that are given, and what holds wherever one is given.
    var allGates: [GateExpression] { GateExpression.complete(gates, asksOthers: asksOthers) }

    /// The settings as they are stored with a run; what has its built-in value is left out.
    var json: JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ value: JSONValue?) { if let value { members.append(.init(name, value)) } }
        func number(_ value: Double?) -> JSONValue? { value.map { .number(String($0)) } }
        if !gates.isEmpty { add("gate", .strings(gates.map(\.text))) }
        if baseline != .history { add("baseline", .string(baseline.text)) }
        let usual = RegressionRule()
        if rule.alpha != usual.alpha { add("alpha", number(rule.alpha)) }
        if rule.minEffect != usual.minEffect { add("min_effect", number(rule.minEffect)) }
        add("max_drop", number(rule.maxDrop))
        add("confirm", rule.confirm.map(JSONValue.integer))
        add("cluster", cluster.map(JSONValue.string))
        if asksOthers { add("asks_others", .bool(true)) }
        if !derivedMetrics.isEmpty {
            let metrics = derivedMetrics.map { metric in
                JSONValue.object([
                    .init("name", .string(metric.name)), .init("value", .string(metric.expression.text)),
                ])
            }
            add("derived_metrics", .array(metrics))
        }
        add("finally", finally.map(JSONValue.string))
        add("kept_nights", keptNights.map(JSONValue.integer))
        add("kept_answers", keptAnswers.map(JSONValue.integer))
        add("output_path", outputPath.map(JSONValue.string))
        return .object(members)
    }

    /// Reads what ``json`` has written.
    ///
    /// - Throws: a `PlainError`.
    init(json: JSONValue) throws {
        gates = try (json["gate"]?.stringValues ?? []).map { text throws(GateFlaw) in try GateExpression(text) }
        baseline = json["baseline"]?.stringValue.map(Baseline.init) ?? .history
        rule.alpha = json["alpha"]?.doubleValue ?? rule.alpha
        rule.minEffect = json["min_effect"]?.doubleValue ?? rule.minEffect
        rule.maxDrop = json["max_drop"]?.doubleValue
        rule.confirm = json["confirm"]?.intValue
        cluster = json["cluster"]?.stringValue
        asksOthers = json["asks_others"] == .bool(true)
        finally = json["finally"]?.stringValue
        keptNights = json["kept_nights"]?.intValue
        keptAnswers = json["kept_answers"]?.intValue
        outputPath = json["output_path"]?.stringValue
        guard case .array(let metrics)? = json["derived_metrics"] else { return }
        for metric in metrics {
            guard let name = metric["name"]?.stringValue, let text = metric["value"]?.stringValue else { continue }
            derivedMetrics.append(
                DerivedMetric(name: name, expression: try ArithmeticExpression(text), place: InputPlace(file: "")))
        }
    }
}
