/// `levenshtein`: the answer is at most `threshold` (5) edits of one character away; characters are Unicode scalars.
struct DistanceRule: AnswerRule {
    private let wanted: [Unicode.Scalar]
    private let excerpt: String
    private let limit: Double

    init(_ assertion: Assertion) {
        let text = assertion.value?.scalarText ?? ""
        wanted = Array(text.unicodeScalars)
        excerpt = Excerpt.of(text)
        limit = assertion.threshold ?? 5
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        let found = Array(answer.text.unicodeScalars)
        // No distance is greater than the longer text, which also keeps the limit an Int.
        let limit = Int(min(limit, Double(max(wanted.count, found.count))))
        switch Levenshtein.distance(wanted, found, atMost: limit) {
        case .within(let distance): return .passed(true, reason: "the answer is \(distance) edits away from \(excerpt)")
        case .beyond:
            return .passed(
                false,
                reason: "expected at most \(limit) edits from \(excerpt), found more in \(Excerpt.of(answer.text))")
        case .undecided: return .none("the texts are too long to count over \(limit) edits")
        }
    }
}

/// The number of insertions, deletions and substitutions of one character that make one text of another.
enum Levenshtein {
    enum Result: Equatable {
        case within(Int)
        case beyond
        /// More than ``stepLimit`` steps would be necessary.
        case undecided
    }

    /// The most cells of the table that are computed.
    static let stepLimit = 300_000_000

    /// The distance, as far as it is within a limit.
    ///
    /// Only the diagonals that the limit can reach are computed (Ukkonen, 1985), row by row.
    static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar], atMost limit: Int) -> Result {
        guard abs(first.count - second.count) <= limit else { return .beyond }
        let start = zip(first, second).prefix { $0 == $1 }.count
        let end = zip(first[start...].reversed(), second[start...].reversed()).prefix { $0 == $1 }.count
        let (rows, columns) = (first[start..<first.count - end], second[start..<second.count - end])
        if rows.isEmpty || columns.isEmpty { return .within(max(rows.count, columns.count)) }
        let width = min(2 * limit + 1, columns.count)
        guard Double(rows.count) * Double(width) <= Double(stepLimit) else { return .undecided }
        return banded(Array(rows), Array(columns), limit)
    }

    private static func banded(_ rows: [Unicode.Scalar], _ columns: [Unicode.Scalar], _ limit: Int) -> Result {
        let beyond = limit + 1
        var previous = (0...columns.count).map { min($0, beyond) }
        var current = previous
        for (row, scalar) in rows.enumerated() {
            let (low, high) = (max(1, row + 1 - limit), min(columns.count, row + 1 + limit))
            guard low <= high else { return .beyond }
            current[low - 1] = low == 1 ? min(row + 1, beyond) : beyond
            var least = current[low - 1]
            for column in low...high {
                let substituted = previous[column - 1] + (columns[column - 1] == scalar ? 0 : 1)
                // What stands outside the band of the row before is beyond the limit.
                let deleted = column > row + limit ? beyond : previous[column] + 1
                current[column] = min(substituted, deleted, current[column - 1] + 1, beyond)
                least = min(least, current[column])
            }
            if least > limit { return .beyond }
            swap(&previous, &current)
        }
        return previous[columns.count] <= limit ? .within(previous[columns.count]) : .beyond
    }
}
