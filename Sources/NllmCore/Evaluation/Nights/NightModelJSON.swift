extension NightModel {
    /// The model's part of a night's JSON; without a comparison, everything of it is null or empty.
    var json: JSONValue {
        let interval = facts.interval.map { JSONValue.array([.finite($0.lowerBound), .finite($0.upperBound)]) }
        return .object(
            [
                .init("label", .string(label)), .init("verdict", .optional(comparison?.verdict.rawValue)),
                .init("text", .optional(comparison?.text)),
            ] + totals.members + [
                .init("passed", .integer(facts.passed)), .init("failed", .integer(facts.failed)),
                .init("interval", interval ?? .null), .init("tokens_in", .optional(facts.tokensIn)),
                .init("tokens_out", .optional(facts.tokensOut)),
            ] + Self.members(comparison) + [.init("served", .array(facts.served.map(\.json)))])
    }

    private static func members(_ comparison: Comparison?) -> [JSONValue.Member] {
        [
            .init("drop", .finite(comparison?.drop)), .init("bound", .finite(comparison?.bound)),
            .init("p", .finite(comparison?.p)), .init("compared", .optional(comparison?.compared)),
            .init("broken", .array(comparison?.broken.map(\.json) ?? [])),
            .init("flaky", .strings(comparison?.flaky ?? [])),
            .init("unconfirmed", .strings(comparison?.unconfirmed ?? [])),
            .init("not_asked", .strings(comparison?.notAsked ?? [])), .init("new", .strings(comparison?.new ?? [])),
            .init("gone", .strings(comparison?.gone ?? [])),
            .init("without_verdict", .strings(comparison?.withoutVerdict ?? [])),
        ]
    }

    init(_ members: NightMembers) throws(NightFlaw) {
        let facts = Facts(
            label: try members.text("label"), passed: try members.count("passed"),
            failed: try members.count("failed"), interval: try members.optional("interval", Self.interval),
            tokensIn: try members.optional("tokens_in", \.intValue),
            tokensOut: try members.optional("tokens_out", \.intValue),
            served: try members.objects("served", ServedModel.init))
        let verdict = try members.optional("verdict") { $0.stringValue.flatMap(NightVerdict.init) }
        var comparison: Comparison?
        if let verdict { comparison = try Comparison(verdict, members) }
        self.init(facts: facts, totals: try NightFigures.Totals(members), comparison: comparison)
    }

    private static func interval(_ value: JSONValue) -> ClosedRange<Double>? {
        guard case .array(let bounds) = value, bounds.count == 2, let low = bounds[0].doubleValue,
            let high = bounds[1].doubleValue, low <= high
        else { return nil }
        return low...high
    }
}

extension NightModel.Comparison {
    fileprivate init(_ verdict: NightVerdict, _ members: NightMembers) throws(NightFlaw) {
        self.init(
            verdict: verdict, text: try members.text("text"), drop: try members.number("drop"),
            bound: try members.number("bound"), p: try members.number("p"), compared: try members.count("compared"),
            broken: try members.objects("broken", NightModel.BrokenPrompt.init), flaky: try members.texts("flaky"),
            unconfirmed: try members.texts("unconfirmed"), notAsked: try members.texts("not_asked"),
            new: try members.texts("new"), gone: try members.texts("gone"),
            withoutVerdict: try members.texts("without_verdict"))
    }
}

extension NightModel.BrokenPrompt {
    fileprivate var json: JSONValue {
        .object([.init("id", .string(id)), .init("since", .string(Timestamp.utc(since)))])
    }

    fileprivate init(_ members: NightMembers) throws(NightFlaw) {
        self.init(id: try members.text("id"), since: try members.date("since"))
    }
}

extension ServedModel {
    fileprivate var json: JSONValue {
        .object([
            .init("model", .optional(model)), .init("fingerprint", .optional(fingerprint)),
            .init("cells", .integer(cells)),
        ])
    }

    fileprivate init(_ members: NightMembers) throws(NightFlaw) {
        self.init(
            model: try members.optional("model", \.stringValue),
            fingerprint: try members.optional("fingerprint", \.stringValue), cells: try members.count("cells"))
    }
}
