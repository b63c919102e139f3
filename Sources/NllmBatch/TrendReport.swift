import FoundationEssentials
import NllmCore

/// The nights of a series for people, on a terminal or in Markdown.
struct TrendReport {
    /// The prompts of a kind and the events that are listed on a terminal.
    private static let listed = 5

    let trend: SeriesTrend

    /// What became of the last night, and how many there are.
    private var headline: String {
        let last = trend.nights.last.map { "\($0.state.words), night \($0.run)" } ?? "no night"
        let shown = trend.nights.count < trend.count ? "\(trend.nights.count) of " : ""
        return "\(trend.series): \(last); \(shown)\(Format.count(trend.count, "night"))"
    }

    /// The labels of all models, in the order in which nights name them.
    private var labels: [String] {
        trend.nights.flatMap { $0.result?.models.map(\.label) ?? [] }.reduce(into: []) { labels, label in
            if !labels.contains(label) { labels.append(label) }
        }
    }

    /// The last night's verdict, a table per model, then prompts and events.
    var text: String {
        let labels = labels
        let tables = (labels.isEmpty ? [nil] : labels.map(Optional.some)).flatMap { label in
            (labels.count > 1 ? ["\(label ?? ""):"] : []) + FigureDetail.lines { table(label, $0) }
        }
        let lines = [headline] + tables + facts(most: Self.listed)
        return ReportLine.fitted(lines.map { ReportLine($0) }).joined(separator: "\n")
    }

    private static let headings = ["night", "state", "pass rate", "p95", "tokens", "cost", "broken", "lost/won"]

    private func table(_ label: String?, _ detail: FigureDetail) -> Table {
        var table = Table(
            ("night", .left), ("state", .left), ("pass rate", .left), ("p95", .right), ("tokens", .right),
            ("cost", .right), ("broken", .right), ("lost/won", .right))
        for night in trend.nights { table.add(Self.row(night, label, detail)) }
        return table
    }

    /// A night for one model, a text for each heading; empty where nothing is known.
    private static func row(
        _ night: SeriesTrend.Night, _ label: String?, _ detail: FigureDetail = .all
    ) -> [String] {
        let name = [Timestamp.day(night.createdAt), night.state.words]
        guard let model = night.result?.models.first(where: { $0.label == label }) else {
            return name + headings.dropFirst(2).map { _ in "" }
        }
        let changes = night.changes.first { $0.model == label }
        let (lost, won) = (changes?.failing.count ?? 0, changes?.fixed.count ?? 0)
        let tokens = [model.facts.tokensIn, model.facts.tokensOut].map { $0.map(Format.tokens) ?? "?" }
        let broken = model.comparison?.broken.count ?? 0
        return name + [
            model.totals.passRate.map { RateText.text($0, model.facts.interval, detail) } ?? "",
            model.totals.latencyP95.map(Format.duration) ?? "", tokens.joined(separator: "/"),
            NightTable.cost(model.totals), broken > 0 ? String(broken) : "", lost + won > 0 ? "\(lost)/\(won)" : "",
        ]
    }

    /// The prompts that changed on the last night or went back and forth, and events.
    private func facts(most: Int) -> [String] {
        let night = trend.nights.last { !$0.changes.isEmpty }
        let changes = (night?.changes ?? []).flatMap { changes in
            [("lost", changes.failing), ("won", changes.fixed)].filter { !$0.1.isEmpty }.map { word, prompts in
                "\(changes.model): \(word) \(prompts.count) on \(night.map { Timestamp.day($0.createdAt) } ?? ""): "
                    + Self.list(prompts.map { "`\($0)`" }, most: most)
            }
        }
        let unstable = trend.unstable.map { "`\($0.prompt)` on \($0.model) (\($0.changes) times)" }
        let events = trend.nights.flatMap { night in
            (night.result?.events ?? []).map { "\(Timestamp.day(night.createdAt)): \($0)" }
        }
        return changes + (unstable.isEmpty ? [] : ["back and forth: \(Self.list(unstable, most: most))"])
            + events.suffix(most)
    }

    private static func list(_ texts: [String], most: Int) -> String {
        let more = texts.count > most ? ["and \(texts.count - most) more"] : []
        return (texts.prefix(most) + more).joined(separator: ", ")
    }

    /// The nights in Markdown, at most so many bytes.
    func markdown(limit: Int) -> String {
        let rows = trend.nights.flatMap { night in
            let labels = night.result?.models.map { Optional($0.label) } ?? [nil]
            return labels.map { [night.run, $0 ?? ""] + Self.row(night, $0).dropFirst() }
        }
        let headings = ["night", "model"] + Self.headings.dropFirst()
        let blocks =
            ["## \(MarkdownText.escape(headline))"] + MarkdownReport.table(headings, rows)
            + MarkdownReport.list("Prompts and events", facts(most: 50))
        return MarkdownReport.joined(blocks, limit: limit, rest: "nllm-batch trend --json")
    }

    /// The nights for programs.
    var json: JSONValue {
        .object([
            .init("series", .string(trend.series)), .init("count", .integer(trend.count)),
            .init("nights", .array(trend.nights.map(\.json))),
            .init(
                "unstable",
                .array(
                    trend.unstable.map { prompt in
                        .object([
                            .init("model", .string(prompt.model)), .init("prompt_id", .string(prompt.prompt)),
                            .init("changes", .integer(prompt.changes)),
                        ])
                    })),
        ])
    }
}

extension SeriesTrend.State {
    fileprivate var words: String { self == .noGate ? "no gate" : rawValue }
}

extension SeriesTrend.Night {
    fileprivate var json: JSONValue {
        .object([
            .init("run", .string(run)), .init("created_at", .string(Timestamp.utc(createdAt))),
            .init("state", .string(state.rawValue)), .init("result", result?.json ?? .null),
            .init(
                "changes",
                .array(
                    changes.map { changes in
                        .object([
                            .init("model", .string(changes.model)), .init("failing", .strings(changes.failing)),
                            .init("fixed", .strings(changes.fixed)),
                        ])
                    })),
        ])
    }
}
