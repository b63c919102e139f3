import NllmCore

extension Store {
    /// The state of a run with its failures, for programs.
    func document(of progress: RunProgress) async throws -> JSONValue {
        let failures = try failures(of: progress.run).map(\.json)
        return .object(progress.members + [.init("failures", .array(failures))])
    }
}

extension FailureGroup {
    fileprivate var json: JSONValue {
        .object([
            .init("model", .string(model)), .init("kind", .string(kind)), .init("message", .string(message)),
            .init("cells", .integer(cells)), .init("is_ok", .bool(isOK)),
        ])
    }
}

extension RunProgress {
    /// The state of the run, for people.
    var sentence: String {
        "\(run.name): \(state == Self.blocked ? "blocked, " : "")\(Format.counts(counts))"
    }

    /// The state of the run, for programs.
    var json: JSONValue { .object(members) }

    var members: [JSONValue.Member] {
        [
            .init("run", .string(run.name)), .init("state", .string(state)), .init("folder", .string(run.folder)),
            .init("cells", .integer(counts.total)), .init("counts", counts.json),
            .init("models", .array(models.map(\.json))), .init("verdicts", verdicts?.json ?? .null),
            .init("cost_estimated", cost.map { .number(String($0)) } ?? .null),
            .init("rate_per_second", rate.map { .number(String($0)) } ?? .null),
            .init("eta_seconds", .seconds(remaining)),
            .init("created_at", .string(Timestamp.utc(run.createdAt))),
            .init("started_at", .optional(run.startedAt.map(Timestamp.utc))),
            .init("finished_at", .optional(run.finishedAt.map(Timestamp.utc))),
        ]
    }
}

extension RunProgress.Model {
    fileprivate var json: JSONValue {
        .object([
            .init("model", .string(label)), .init("counts", counts.json),
            .init("tokens_input", .integer(tokensInput)), .init("tokens_output", .integer(tokensOutput)),
            .init("cost_estimated", cost.map { .number(String($0)) } ?? .null),
            .init("rate_per_second", pace.rate.map { .number(String($0)) } ?? .null),
            .init("eta_seconds", .seconds(counts.left > 0 ? remaining() : nil)),
            .init("latency_p50_seconds", pace.median.map { .number(String($0)) } ?? .null),
            .init(
                "concurrency",
                .object([
                    .init("used", .integer(counts[.running])),
                    .init("allowed", allowed.map(JSONValue.integer) ?? .null),
                ])), .init("waits", wait?.json ?? .null), .init("verdicts", verdicts?.json ?? .null),
        ])
    }
}

extension VerdictCounts {
    fileprivate var json: JSONValue {
        .object([
            .init("passed", .integer(passed)), .init("failed", .integer(failed)), .init("none", .integer(none)),
            .init("pass_rate", passRate.map { .number(String($0)) } ?? .null),
        ])
    }
}

extension JSONValue {
    /// A time that is only roughly known, in whole seconds.
    fileprivate static func seconds(_ seconds: Double?) -> JSONValue {
        seconds.map { .integer(Int($0.rounded(.up))) } ?? .null
    }
}

extension RunProgress {
    /// The cost for people, as far as it is known; nil if nothing is.
    var costText: String? {
        guard let cost else { return nil }
        let isPartial = models.contains { ($0.cost == nil || !$0.unpricedOptions.isEmpty) && $0.counts.ended > 0 }
        return (isPartial ? "≥ " : "") + Format.dollars(cost)
    }
}

extension RunProgress.Model {
    /// How many of its answers passed, for people; empty if none was graded.
    var passedText: String { verdicts.map { "\($0.passed)/\($0.passed + $0.failed)" } ?? "" }

    /// The number of its answers without a verdict, for people; empty without any.
    var unjudgedText: String { verdicts.map { $0.none > 0 ? String($0.none) : "" } ?? "" }

    /// Its tokens for people; empty without any.
    var tokensText: String {
        tokensInput + tokensOutput > 0 ? "\(Format.tokens(tokensInput))/\(Format.tokens(tokensOutput))" : ""
    }
}
