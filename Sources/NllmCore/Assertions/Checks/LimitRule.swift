/// `latency` in milliseconds and `cost` in US dollars: at most the threshold; no verdict where it is unknown.
struct LimitRule: AnswerRule {
    private let type: AssertionType
    private let limit: Double

    init(_ assertion: Assertion) {
        type = assertion.type
        limit = assertion.threshold ?? 0
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        let isCost = type == .cost
        let found = isCost ? answer.cost : answer.durationMilliseconds.map(Double.init)
        guard let found, found.isFinite, found >= 0 else {
            return .none("the \(isCost ? "cost" : "latency") is unknown, or the answer came from the cache")
        }
        func words(_ number: Double) -> String {
            isCost ? "$\(number)" : "\(Int(exactly: number).map(String.init) ?? String(number)) ms"
        }
        return found <= limit
            ? .passed(true, reason: "it took \(words(found))")
            : .passed(false, reason: "expected at most \(words(limit)), found \(words(found))")
    }
}
