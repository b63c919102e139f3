internal import Foundation

/// The figures of all sizes, in the order in which they are taken.
struct Figures {
    /// Whether each is printed immediately, because a large run takes long.
    let arePrinted: Bool
    private var figures: [(name: String, value: Double)] = []

    init(arePrinted: Bool) {
        self.arePrinted = arePrinted
    }

    mutating func add(_ name: String, _ value: Double) {
        figures.append((name, value))
        if arePrinted { FileHandle.standardOutput.write(Data("\(name)  \(Self.text(value))\n".utf8)) }
    }

    /// Adds the figures of a step, one per line, with name and value two spaces apart.
    mutating func add(_ lines: String) {
        for line in lines.split(separator: "\n") {
            guard let gap = line.range(of: "  "), let value = Double(line[gap.upperBound...]) else { continue }
            add(String(line[..<gap.lowerBound]), value)
        }
    }

    /// Adds the cost of a claim in the largest run, as a multiple of that in the smallest.
    mutating func addRatios() {
        let claims = figures.filter { $0.name.hasPrefix("claim ") }
        guard let first = claims.first, let last = claims.last, claims.count > 1 else { return }
        add("claim, last size / first", last.value / first.value)
    }

    /// One object, with one member per figure.
    var json: String {
        "{" + figures.map { "\"\($0.name)\": \(Self.text($0.value))" }.joined(separator: ", ") + "}"
    }

    /// Three digits, or all before the decimal point.
    private static func text(_ value: Double) -> String {
        switch value {
        case 100...: String(Int(value.rounded()))
        case 10...: String((value * 10).rounded() / 10)
        default: String((value * 100).rounded() / 100)
        }
    }
}
