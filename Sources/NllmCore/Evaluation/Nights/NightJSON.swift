extension NightResult {
    /// The night as it is stored and printed; docs/schema/night.schema.json describes it.
    package var json: JSONValue {
        .object(
            [
                .init("run", .string(run.name)), .init("series", .optional(run.series)),
                .init("created_at", .string(Timestamp.utc(run.createdAt))),
                .init("evaluated_at", .string(Timestamp.utc(run.evaluatedAt))),
                .init("state", .string(run.state.rawValue)), .init("passed", .flag(passed)),
                .init("regressed", .flag(regressed)),
            ] + totals.members + [
                .init("baseline", .optional(run.baseline)),
                .init("gates", .array(gates.map(\.json))),
                .init("models", .array(models.map(\.json))),
                .init("gone_models", .strings(goneModels)),
                .init(
                    "metrics",
                    .object(metrics.sorted { $0.key < $1.key }.map { .init($0.key, .finite($0.value)) })),
                .init("judging", judging?.json ?? .null), .init("confirming", confirming?.json ?? .null),
                .init("events", .strings(events)), .init("excerpts", .array(excerpts.map(\.json))),
            ])
    }

    /// Reads what ``json`` has written.
    ///
    /// - Throws: a `PlainError` that names the member that is missing or not as expected.
    package init(json: JSONValue) throws { self = try Self.read(NightMembers(json)) }

    private static func read(_ members: NightMembers) throws(NightFlaw) -> NightResult {
        let run = NightRun(
            name: try members.text("run"), series: try members.optional("series", \.stringValue),
            createdAt: try members.date("created_at"), evaluatedAt: try members.date("evaluated_at"),
            state: try members.required("state") { $0.stringValue.flatMap(NightRun.State.init) },
            baseline: try members.optional("baseline", \.stringValue))
        let metrics = try members.optional("metrics") { value -> [String: Double?]? in
            guard case .object(let members) = value else { return nil }
            return Dictionary(members.map { ($0.name, $0.value.doubleValue) }) { _, last in last }
        }
        return NightResult(
            run: run, passed: try members.flag("passed"), regressed: try members.flag("regressed"),
            totals: try NightFigures.Totals(members), gates: try members.objects("gates", NightGate.init),
            models: try members.objects("models", NightModel.init), goneModels: try members.texts("gone_models"),
            metrics: metrics ?? [:], judging: try members.object("judging", NightRequests.init),
            confirming: try members.object("confirming", NightRequests.init), events: try members.texts("events"),
            excerpts: try members.objects("excerpts", NightExcerpt.init))
    }
}

extension NightFigures.Totals {
    var members: [JSONValue.Member] {
        [
            .init("pass_rate", .finite(passRate)), .init("score", .finite(score)), .init("cells", .integer(cells)),
            .init("errors", .integer(errors)), .init("no_verdicts", .integer(noVerdicts)),
            .init("latency_p95", .finite(latencyP95)), .init("cost", .finite(cost)),
            .init("unknown_costs", .integer(unknownCosts)),
        ]
    }

    init(_ members: NightMembers) throws(NightFlaw) {
        self.init(
            cells: try members.count("cells"), errors: try members.count("errors"),
            noVerdicts: try members.count("no_verdicts"), passRate: try members.number("pass_rate"),
            score: try members.number("score"), latencyP95: try members.number("latency_p95"),
            cost: try members.number("cost") ?? 0, unknownCosts: try members.count("unknown_costs"))
    }
}

extension NightGate {
    fileprivate var json: JSONValue {
        .object([
            .init("gate", .string(gate)), .init("result", .string(result.rawValue)), .init("reason", .string(reason)),
        ])
    }

    fileprivate init(_ members: NightMembers) throws(NightFlaw) {
        self.init(
            gate: try members.text("gate"),
            result: try members.required("result") { $0.stringValue.flatMap(Result.init) },
            reason: try members.text("reason"))
    }
}

extension NightRequests {
    fileprivate var json: JSONValue {
        .object(
            [.init("cells", .integer(cells))]
                + [noVerdicts].compactMap(\.self).map { .init("no_verdicts", .integer($0)) }
                + [.init("cost", .finite(cost))])
    }

    fileprivate init(_ members: NightMembers) throws(NightFlaw) {
        self.init(
            cells: try members.count("cells"), noVerdicts: try members.optional("no_verdicts", \.intValue),
            cost: try members.number("cost") ?? 0)
    }
}

extension NightExcerpt {
    fileprivate var json: JSONValue {
        .object([
            .init("id", .string(id)), .init("label", .string(label)), .init("reason", .string(reason)),
            .init("answer", .string(answer)),
        ])
    }

    fileprivate init(_ members: NightMembers) throws(NightFlaw) {
        self.init(
            id: try members.text("id"), label: try members.text("label"), reason: try members.text("reason"),
            answer: try members.text("answer"))
    }
}
