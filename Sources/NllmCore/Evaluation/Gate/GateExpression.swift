/// A condition that a run must meet, as users write it: `pass_rate >= 0.9`, `no_regression`.
struct GateExpression: Sendable, Hashable {
    /// What is required.
    enum Condition: Sendable, Hashable {
        /// The rate test finds no model worse, and no prompt is broken.
        case noRegression
        case noBrokenPrompts
        /// A figure on the good side of a limit; the name is that of the metric, else a model's label, nil for all
        /// models.
        case limit(GateFigure, name: String?, GateComparison, GateLimit)
    }

    /// The condition as it was written, without spaces around it.
    let text: String
    let condition: Condition

    /// Reads a condition.
    ///
    /// - Throws: ``GateFlaw``, which says what is allowed.
    init(_ text: String) throws(GateFlaw) {
        // Nothing is tried twice, so that a long text takes no longer than its length.
        let form =
            #/
            \s*+ ( ([A-Za-z0-9_.\-]++)
            (?: \s*+ \( \s*+ (?: "([^"]*+)" | '([^']*+)' ) \s*+ \) )?+
            (?: \s*+ ([<>=!]++) \s*+ (\S++) )?+ ) \s*+
            /#
        guard let match = text.wholeMatch(of: form) else {
            throw GateFlaw("`\(text.prefix(100))` is not a gate; write one such as \(Self.examples)")
        }
        let (_, written, name, double, single, comparison, limit) = match.output
        let argument = (double ?? single).map(String.init)
        let isBare = argument == nil && comparison == nil
        self.text = String(written)
        switch (name, GateFigure(rawValue: String(name))) {
        case (Self.noRegression, _) where isBare: condition = .noRegression
        case (Self.noBrokenPrompts, _) where isBare: condition = .noBrokenPrompts
        case (Self.noRegression, _), (Self.noBrokenPrompts, _):
            throw GateFlaw("the gate `\(name)` stands alone, without a label or a limit")
        case (_, nil): throw GateFlaw(Self.unknown(name))
        case (_, let figure?): condition = try Self.limit(figure, argument, comparison, limit)
        }
    }

    private static let (noRegression, noBrokenPrompts) = ("no_regression", "no_broken_prompts")
    private static let names = GateFigure.allCases.map(\.rawValue) + [noRegression, noBrokenPrompts]
    private static let examples = (GateFigure.allCases.map(\.example) + [noRegression, noBrokenPrompts]).quotedList

    private static func unknown(_ name: Substring) -> String {
        let name = String(name.prefix(100))
        return "unknown gate `\(name)`; use one of \(names.quotedList)" + NearestName.hint(name, among: names)
    }

    private static func limit(
        _ figure: GateFigure, _ name: String?, _ comparison: Substring?, _ limit: Substring?
    ) throws(GateFlaw) -> Condition {
        if figure == .metric, name?.isEmpty ?? true {
            throw GateFlaw("the gate `metric` needs a name, as in `\(figure.example)`")
        }
        guard let comparison, let limit else {
            throw GateFlaw("the gate `\(figure.rawValue)` needs a limit, as in `\(figure.example)`")
        }
        guard let known = figure.comparisons.first(where: { $0.rawValue == comparison }) else {
            let allowed = figure.comparisons.map { "`\($0.rawValue)`" }.joined(separator: " or ")
            throw GateFlaw("the gate `\(figure.rawValue)` takes \(allowed), as in `\(figure.example)`")
        }
        guard let value = GateLimit(limit, for: figure) else {
            throw GateFlaw(
                "the limit of the gate `\(figure.rawValue)` is `\(limit.prefix(100))` but must be \(figure.limits)")
        }
        return .limit(figure, name: name, known, value)
    }
}

extension GateExpression {
    /// Why it means nothing for a suite, which is known before its run.
    ///
    /// - Parameters:
    ///   - labels: the labels of the suite's models.
    ///   - metrics: the names of its metrics, derived ones included.
    ///   - hasAssertions: whether it has any assertion.
    /// - Returns: what is wrong and what to do, on one line; nil if it means something.
    func flaw(
        labels: some Collection<String>, metrics: some Collection<String>, hasAssertions: Bool
    ) -> String? {
        let noAssertions = "there are no assertions, so no answer passes or fails; add `assert` or --assert"
        guard case .limit(let figure, let name, _, _) = condition else { return hasAssertions ? nil : noAssertions }
        guard hasAssertions || !figure.needsAssertions else { return noAssertions }
        guard let name else { return nil }
        let (kind, known) = figure == .metric ? ("metric", metrics.sorted()) : ("model", labels.sorted())
        guard !known.contains(name) else { return nil }
        let written = String(name.prefix(100))
        let list = known.isEmpty ? "; there is none" : "; use one of \(known.prefix(20).quotedList)"
        return "unknown \(kind) `\(written)`" + list + NearestName.hint(written, among: known)
    }
}

extension GateExpression {
    private init(_ text: String, _ condition: Condition) {
        self.text = text
        self.condition = condition
    }

    /// The gates of a run: those that are given, and the limits on errors and missing verdicts that hold unless others
    /// are given.
    ///
    /// - Parameters:
    ///   - given: the gates of the suite and the command line.
    ///   - asksOthers: whether models or programs decide about answers.
    /// - Returns: empty if none are given.
    static func complete(_ given: [GateExpression], asksOthers: Bool) -> [GateExpression] {
        guard !given.isEmpty else { return [] }
        let errors = GateExpression("errors <= 0", .limit(.errors, name: nil, .atMost, .count(0)))
        let verdicts = GateExpression("no_verdicts <= 2%", .limit(.noVerdicts, name: nil, .atMost, .share(0.02)))
        return given + [errors].filter { _ in !limits(.errors, in: given) }
            + [verdicts].filter { _ in asksOthers && !limits(.noVerdicts, in: given) }
    }

    /// Whether a gate limits a figure over all models.
    private static func limits(_ figure: GateFigure, in gates: [GateExpression]) -> Bool {
        gates.contains { if case .limit(figure, name: nil, _, _) = $0.condition { true } else { false } }
    }
}
