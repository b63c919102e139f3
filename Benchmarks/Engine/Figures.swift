/// The figures of all sizes, in the order in which they were taken.
struct Figures {
    private var figures: [(name: String, value: Double)] = []

    mutating func add(_ name: String, _ value: Double) { figures.append((name, value)) }

    /// Adds what a claim costs in the largest run, as a multiple of what it costs in the smallest.
    mutating func addRatios() {
        let claims = figures.filter { $0.name.hasPrefix("claim ") }
        guard let first = claims.first, let last = claims.last, claims.count > 1 else { return }
        add("claim, last size / first", last.value / first.value)
    }

    /// A line a figure, the names filled up to one width.
    var text: String {
        let width = figures.map(\.name.count).max() ?? 0
        return figures.map { figure in
            figure.name + String(repeating: " ", count: width - figure.name.count) + "  " + Self.text(figure.value)
        }.joined(separator: "\n")
    }

    /// One object, a member a figure.
    var json: String {
        "{" + figures.map { "\"\($0.name)\": \(Self.text($0.value))" }.joined(separator: ", ") + "}"
    }

    /// Three digits, or all before the point.
    private static func text(_ value: Double) -> String {
        switch value {
        case 100...: String(Int(value.rounded()))
        case 10...: String((value * 10).rounded() / 10)
        default: String((value * 100).rounded() / 100)
        }
    }
}
