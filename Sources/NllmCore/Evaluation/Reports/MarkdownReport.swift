/// A night as Markdown, for summaries such as those of GitHub's workflows.
package enum MarkdownReport {
    /// The most bytes: GitHub drops a summary of more than 1 MiB as a whole.
    package static let limit = 900_000
    /// The most prompts of a kind that are named, and the most gates and models.
    private static let mostNames = 50

    /// The report, with a line break at its end.
    ///
    /// - Parameters:
    ///   - night: the night.
    ///   - limit: the most bytes of UTF-8; what does not fit is cut off, and the last line says so.
    /// - Returns: Markdown that is valid wherever it is cut off.
    package static func text(_ night: NightResult, limit: Int = limit) -> String {
        joined(blocks(night), limit: limit, rest: "nllm-batch gate --json")
    }

    /// Whole parts of a report one after the other, cut off at a limit; `rest` is the command that shows the rest.
    package static func joined(_ blocks: [String], limit: Int, rest: String) -> String {
        let closing = "\n_Cut off at \(limit / 1000) kB; see the rest with `\(rest)`._\n"
        var text = ""
        for block in blocks {
            guard text.utf8.count + block.utf8.count + 1 + closing.utf8.count <= limit else { return text + closing }
            text += block + "\n"
        }
        return text
    }

    /// Parts that are whole by themselves, each without its last line break.
    private static func blocks(_ night: NightResult) -> [String] {
        let name = night.run.series ?? night.run.name
        let heading = "## \(MarkdownText.escape("\(night.verdictSentence): \(name)"))"
        return [heading, "", MarkdownText.escape(night.occasion)] + gates(night) + models(night) + prompts(night)
            + list("Events", night.events) + remarks(night) + excerpts(night)
    }

    private static func gates(_ night: NightResult) -> [String] {
        let gates = night.gates.filter { $0.result != .passed } + night.gates.filter { $0.result == .passed }
        return table(
            ["gate", "result", "reason"],
            gates.map { gate in
                [gate.gate, gate.result.rawValue.replacing("_", with: " "), gate.reason]
            })
    }

    private static func models(_ night: NightResult) -> [String] {
        let models = NightTable(night.models)
        return table(NightTable.headings, models.models.map { models.row($0) })
    }

    /// A table whose first lines are one block, so that it is one however it is cut off.
    package static func table(_ headings: [String], _ rows: [[String]]) -> [String] {
        guard let first = rows.first else { return [] }
        let line = "|" + String(repeating: " --- |", count: headings.count)
        return [["", MarkdownText.row(headings), line, MarkdownText.row(first)].joined(separator: "\n")]
            + rows.dropFirst().map(MarkdownText.row)
    }

    private static func prompts(_ night: NightResult) -> [String] {
        night.models.flatMap { model -> [String] in
            guard let comparison = model.comparison else { return [] }
            let broken = comparison.broken.map { "\($0.id), \($0.sinceText(on: night.run))" }
            let kinds = [
                ("broken", broken), ("unconfirmed", comparison.unconfirmed), ("flaky", comparison.flaky),
                ("suspected and not asked again", comparison.notAsked),
            ]
            return kinds.flatMap { list("\(model.label): \($0.1.count) \($0.0)", $0.1) }
        }
    }

    private static func remarks(_ night: NightResult) -> [String] {
        list("Models not asked this time", night.goneModels) + list("Metrics", night.metricTexts)
            + list("Also asked", night.requestTexts)
    }

    /// A title and texts below it; nothing without texts.
    package static func list(_ title: String, _ texts: [String]) -> [String] {
        guard !texts.isEmpty else { return [] }
        let more = texts.count > mostNames ? ["- and \(texts.count - mostNames) more"] : []
        return ["\n**\(MarkdownText.escape(title))**\n"]
            + texts.prefix(mostNames).map { "- \(MarkdownText.escape($0))" }
            + more
    }

    private static func excerpts(_ night: NightResult) -> [String] {
        night.excerpts.map { excerpt in
            let title = MarkdownText.escape("\(excerpt.id), \(excerpt.label)")
            return "\n**\(title)**: \(MarkdownText.escape(excerpt.reason))\n\n\(MarkdownText.block(excerpt.answer))"
        }
    }
}
