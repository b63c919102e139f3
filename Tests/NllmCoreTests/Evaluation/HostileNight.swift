import Foundation

@testable import NllmCore

/// Makes nights of texts that break lines, tables, terminals, Markdown and XML.
struct HostileNight {
    /// Texts that mean something to whatever reads reports.
    static let texts = [
        "plain", "", " ", "\u{1B}[2J\u{1B}]0;title\u{07}", "a\nb\r\nc\td",
        "漢字かな交じり文" + String(repeating: "長", count: 90),
        String(repeating: "x", count: 500), "👩‍👩‍👧👩🏽‍🚀🇩🇪", "\u{202E}desrever\u{2066}", "e\u{301}\u{301}\u{301}\u{301}",
        "\u{301}combining", "]]>", "<script>alert(1)</script>", "&amp;&#0;", "\"'`", "``````", "```\n# heading\n```",
        "~~~",
        "| a | b |", "a\\|b", "\\", "[x](javascript:alert(1))", "![x](http://127.0.0.1/x.png)", "https://127.0.0.1",
        "@all",
        "#1", "1. one", "- item", "===", "---", "> quote", "$x$", "*_~b~_*",
        "\u{0}\u{1}\u{8}\u{B}\u{C}\u{E}\u{1F}\u{7F}\u{85}",
        "\u{FFFE}\u{FFFF}\u{2028}\u{2029}", "\u{1F600}\u{10FFFF}", "</testsuite>", "-->", "'; DROP", "a  b   c",
        "www.example.org", "<!-- x", "    indented", "\t\ttabs",
    ]

    private var generator: SplitMix64
    /// The most elements of a list.
    private let size: Int

    /// A night of which every list is long and every text is one of ``texts``, chosen by a seed.
    static func night(seed: UInt64, size: Int = 40) -> NightResult {
        var night = HostileNight(generator: SplitMix64(seed: seed), size: size)
        return night.night()
    }

    private mutating func one<Element>(of elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &generator)]
    }

    private mutating func many<Element>(_ make: (inout HostileNight) -> Element) -> [Element] {
        (0..<Int.random(in: 0...size, using: &generator)).map { _ in make(&self) }
    }

    private mutating func text() -> String { one(of: Self.texts) }
    private mutating func texts() -> [String] { many { $0.text() } }
    private mutating func isSo() -> Bool { one(of: [true, false]) }
    private mutating func count() -> Int { one(of: [0, 1, 7, 1_000_000]) }

    private mutating func number() -> Double? {
        one(of: [nil, 0, 0.5, 1, -3.25, 1e-9, 12345.678, 1e300, .nan, .infinity])
    }

    private mutating func totals() -> NightFigures.Totals {
        NightFigures.Totals(
            cells: count(), errors: count(), noVerdicts: count(), passRate: number(), score: number(),
            latencyP95: number(), cost: number() ?? 0, unknownCosts: count())
    }

    private mutating func model() -> NightModel {
        let facts = NightModel.Facts(label: text(), passed: count(), interval: isSo() ? 0.123...0.987 : nil)
        let comparison = NightModel.Comparison(
            verdict: one(of: [.new, .cannotTell, .worse, .smallDrop, .noDrop]), text: text(), drop: number(),
            bound: number(), p: number(), compared: count(),
            broken: many { night in
                let days = Double(night.one(of: [0, 1, 400]))
                return NightModel.BrokenPrompt(
                    id: night.text(), since: NightScene.created.addingTimeInterval(-86_400 * days))
            }, flaky: texts(), unconfirmed: texts(), notAsked: texts(), new: texts(), gone: texts(),
            withoutVerdict: texts())
        return NightModel(facts: facts, totals: totals(), comparison: isSo() ? comparison : nil)
    }

    private mutating func gate() -> NightGate {
        NightGate(
            gate: text(), result: one(of: [.passed, .failed, .cannotBeEvaluated]),
            reason: "\(text()) \(text()) \(text())")
    }

    private mutating func night() -> NightResult {
        let run = NightRun(
            name: text(), series: isSo() ? text() : nil, createdAt: NightScene.created,
            evaluatedAt: NightScene.evaluated, state: one(of: [.finished, .blocked, .replaced]),
            baseline: isSo() ? text() : nil)
        var night = NightResult(run: run, passed: one(of: [nil, true, false]), totals: totals())
        night.gates = many { $0.gate() }
        night.models = many { $0.model() }
        night.goneModels = texts()
        night.metrics = Dictionary(many { ($0.text(), $0.number()) }) { first, _ in first }
        night.judging = NightRequests(cells: count(), noVerdicts: count(), cost: number() ?? 0)
        night.events = texts()
        night.excerpts = many { NightExcerpt(id: $0.text(), label: $0.text(), reason: $0.text(), answer: $0.text()) }
        return night
    }
}
