import NllmCore

/// A comparison for people, on a terminal or in Markdown.
struct ComparisonReport {
    /// The prompts that are named on a terminal, and in Markdown.
    private static let (listed, listedInMarkdown) = (5, 100)

    let comparison: RunComparison
    let before: (run: String, model: String?)
    let now: (run: String, model: String?)

    init(_ comparison: RunComparison, before: (String, String?), now: (String, String?)) {
        (self.comparison, self.before, self.now) = (comparison, before, now)
    }

    /// `two against one`, or of two models `b against a in run two`.
    private var title: String {
        guard let old = before.model, let new = now.model else { return "\(now.run) against \(before.run)" }
        return "\(new) against \(old) in \(now.run)"
    }

    /// The verdict, then what it rests on.
    var text: String {
        let head = ReportLine("\(title): \(comparison.headline)")
        let body = comparison.models.flatMap { model in
            [ReportLine("\(model.label): \(model.sentence)")]
                + FigureDetail.lines(indent: 2) { Self.table(model, $0) }.map { ReportLine("  \($0)") }
                + Self.facts(model, most: Self.listed).map { ReportLine("  \($0)") }
        }
        return ReportLine.fitted([head] + body).joined(separator: "\n")
    }

    private static func table(_ model: RunComparison.Model, _ detail: FigureDetail) -> Table {
        var table = Table(
            ("", .left), ("pass rate", .left), ("score", .right), ("p50", .left), ("p95", .left),
            ("tokens", .right), ("cost", .right))
        for (name, figures) in [("before", model.figuresBefore), ("now", model.figuresNow)] {
            guard let figures else { continue }
            table.add([name] + row(figures, detail))
        }
        return table
    }

    /// The facts of a model beside its figures, a line each.
    private static func facts(_ model: RunComparison.Model, most: Int) -> [String] {
        let metrics = Set((model.figuresBefore?.metrics ?? [:]).keys).union((model.figuresNow?.metrics ?? [:]).keys)
        let counts = [
            change("errors", model) { Double($0.errors) }, change("no verdict", model) { Double($0.noVerdicts) },
        ].compactMap(\.self)
        let measured = metrics.sorted().compactMap { name in
            change("metric `\(name)`", model, showsEqual: true) { $0.metrics[name] }
        }
        var lines = counts.isEmpty ? [] : [counts.joined(separator: ", ")]
        if !measured.isEmpty { lines.append(measured.joined(separator: ", ")) }
        lines += list("pass → fail", model.failing, most: most) + list("fail → pass", model.fixed, most: most)
        let edits = [
            model.edited > 0 ? "\(Format.count(model.edited, "prompt")) edited (*)" : nil,
            model.checkedOtherwise > 0 ? "\(model.checkedOtherwise) with other assertions" : nil,
            model.newPrompts.isEmpty ? nil : "\(model.newPrompts.count) new",
            model.gonePrompts.isEmpty ? nil : "\(model.gonePrompts.count) gone",
        ].compactMap(\.self)
        if !edits.isEmpty { lines.append(edits.joined(separator: ", ")) }
        return lines + model.events
    }

    /// A figure before and now; nil if there is nothing to say.
    private static func change(
        _ name: String, _ model: RunComparison.Model, showsEqual: Bool = false, _ figure: (AnswerFigures) -> Double?
    ) -> String? {
        let (old, new) = (model.figuresBefore.flatMap(figure), model.figuresNow.flatMap(figure))
        guard old ?? 0 != 0 || new ?? 0 != 0 || showsEqual else { return nil }
        let text = { (value: Double?) in value.map { DecimalText.rounded($0, places: 2) } ?? "none" }
        return "\(name) \(text(old)) → \(text(new))"
    }

    private static func list(_ title: String, _ changes: [RunComparison.Change], most: Int) -> [String] {
        guard !changes.isEmpty else { return [] }
        let names = changes.prefix(most).map { "`\($0.prompt)`" + ($0.isEdited == true ? "*" : "") }
        let more = changes.count > most ? ["and \(changes.count - most) more"] : []
        return ["\(title): \(changes.count): \((names + more).joined(separator: ", "))"]
    }

    /// The comparison in Markdown, at most so many bytes.
    func markdown(limit: Int) -> String {
        let rows = comparison.models.flatMap { model in
            [("before", model.figuresBefore), ("now", model.figuresNow)].compactMap { name, figures in
                figures.map { [model.label, name] + Self.row($0, .all) + [String($0.errors)] }
            }
        }
        let heading = "## \(MarkdownText.escape("\(title): \(comparison.headline)"))"
        let facts = comparison.models.flatMap { model in
            MarkdownReport.list(model.label, [model.sentence] + Self.facts(model, most: Self.listedInMarkdown))
        }
        let blocks = [heading] + MarkdownReport.table(["model", ""] + Self.headings + ["errors"], rows) + facts
        return MarkdownReport.joined(blocks, limit: limit, rest: "nllm-batch compare --json")
    }

    private static let headings = ["pass rate", "score", "p50", "p95", "tokens", "cost"]

    private static func row(_ figures: AnswerFigures, _ detail: FigureDetail) -> [String] {
        [
            figures.rateText(detail) ?? "none", figures.score.map(Format.score) ?? "",
            figures.latency50.map { LatencyText.text($0, detail) } ?? "",
            figures.latency95.map { LatencyText.text($0, detail) } ?? "",
            "\(Format.tokens(figures.tokensInput))/\(Format.tokens(figures.tokensOutput))", figures.costText ?? "",
        ]
    }
}
