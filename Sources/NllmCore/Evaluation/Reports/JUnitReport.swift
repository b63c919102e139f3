internal import FoundationEssentials

/// A night in the XML of JUnit, which most systems that run checks can show.
///
/// A test suite per model has a test case per cell, by default only for cells that did not pass or have changed; a
/// further suite has one per gate. The cells are given one by one; those that are listed are kept until it is written.
package struct JUnitReport {
    private let night: NightResult
    private let listsAll: Bool
    private let broken: [String: [String: NightModel.BrokenPrompt]]
    /// In the order of the night's models.
    private var suites: [JUnitSuite]
    /// The positions of suites by label.
    private var positions: [String: Int]

    /// - Parameters:
    ///   - night: the night.
    ///   - listsAll: whether cells that passed are listed as well.
    package init(_ night: NightResult, listsAll: Bool = false) {
        self.night = night
        self.listsAll = listsAll
        let prompts = night.models.map { model in
            let broken = model.comparison?.broken ?? []
            return (model.label, Dictionary(broken.map { ($0.id, $0) }) { first, _ in first })
        }
        broken = Dictionary(prompts) { first, _ in first }
        suites = night.models.map { JUnitSuite(name: $0.label, properties: $0.properties) }
        positions = Dictionary(suites.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// Adds a cell.
    package mutating func add(_ cell: NightCase) {
        guard listsAll || cell.kind != .passed || cell.isChanged else { return }
        let position = positions[cell.label] ?? suites.count
        if position == suites.count {
            suites.append(JUnitSuite(name: cell.label))
            positions[cell.label] = position
        }
        suites[position].add(testCase(cell))
    }

    private func testCase(_ cell: NightCase) -> JUnitSuite.Case {
        let reason = NightExcerpt.beginning(of: cell.reason, to: NightExcerpt.longestReason)
        let answer = NightExcerpt.beginning(of: cell.answer, to: NightExcerpt.longestAnswer)
        let brokenSince = broken[cell.label]?[cell.id].map { "broken \($0.sinceText(on: night.run))" }
        let details = [brokenSince, reason, answer.isEmpty ? nil : "answer: \(answer)"].compactMap(\.self)
        let text = (["prompt: \(cell.id.oneLine)"] + details).filter { !$0.isEmpty }.joined(separator: "\n")
        let outcome: JUnitSuite.Outcome =
            switch cell.kind {
            case .passed: .passed
            case .failed: .failure(type: brokenSince == nil ? "assertion" : "broken", message: reason, text: text)
            case .error: .error(type: "provider", message: reason, text: text)
            case .noVerdict: .skipped(message: reason.isEmpty ? "no verdict" : "no verdict: \(reason)")
            }
        let name = cell.id.oneLine + (cell.sample > 1 ? " #\(cell.sample)" : "")
        return JUnitSuite.Case(name: name, seconds: cell.seconds, outcome: outcome)
    }

    /// The gates of the night; without any, one case that passes, because an empty report counts as broken.
    private var gates: JUnitSuite {
        var suite = JUnitSuite(name: "gates", properties: night.properties, output: night.events)
        for gate in night.gates {
            let outcome: JUnitSuite.Outcome =
                switch gate.result {
                case .passed: .passed
                case .failed: .failure(type: "gate", message: gate.reason, text: gate.reason)
                case .cannotBeEvaluated: .error(type: "gate", message: gate.reason, text: gate.reason)
                }
            suite.add(JUnitSuite.Case(name: gate.gate.oneLine, outcome: outcome))
        }
        if night.gates.isEmpty { suite.add(JUnitSuite.Case(name: "no gate", outcome: .passed)) }
        return suite
    }

    /// Writes the document in pieces of UTF-8.
    package func write(_ write: ([UInt8]) throws -> Void) rethrows {
        let all = [gates] + suites
        let name = XMLText.escape(night.run.series ?? night.run.name)
        let counts = all.reduce(JUnitSuite.Counts()) { $0 + $1.counts }
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"\(name)\" \(counts.attributes)>\n"
        try write(Array(head.utf8))
        let time = String(Timestamp.utc(night.run.evaluatedAt).prefix(19))
        for suite in all { try suite.write(timestamp: time, write) }
        try write(Array("</testsuites>\n".utf8))
    }
}

extension NightResult {
    fileprivate var properties: [(String, String)] {
        [
            ("run", run.name), ("series", run.series ?? ""), ("state", run.state.rawValue),
            ("baseline", run.baseline ?? ""), ("verdict", verdictSentence),
            ("regressed", regressed.map(String.init) ?? ""),
        ] + totals.properties + metricTexts.map { ("metric", $0) }
    }
}

extension NightModel {
    fileprivate var properties: [(String, String)] {
        [("verdict", comparison?.text ?? "")] + totals.properties
            + [("passed", String(facts.passed)), ("failed", String(facts.failed))]
    }
}

extension NightFigures.Totals {
    fileprivate var properties: [(String, String)] {
        [
            ("cells", String(cells)), ("errors", String(errors)), ("no_verdicts", String(noVerdicts)),
            ("pass_rate", passRate.map { String($0) } ?? ""), ("score", score.map { String($0) } ?? ""),
            ("latency_p95", latencyP95.map { String($0) } ?? ""), ("cost", DecimalText.rounded(cost, places: 9)),
            ("unknown_costs", String(unknownCosts)),
        ]
    }
}
