import Testing

@testable import NllmCore

@Suite struct LevenshteinTests {
    private func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }

    /// The whole table, as the definition has it.
    private func plain(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
        var previous = Array(0...second.count)
        for (row, scalar) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                current.append(
                    min(previous[column] + (scalar == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[second.count]
    }

    @Test func theBandGivesTheDistanceOfTheTable() {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<2_000 {
            func text() -> [Unicode.Scalar] {
                (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                    ["a", "b", "é"].randomElement(using: &generator) ?? "a"
                }
            }
            let (first, second) = (text(), text())
            let distance = plain(first, second)
            for limit in 0...13 {
                let expected = distance <= limit ? Levenshtein.Result.within(distance) : .beyond
                #expect(Levenshtein.distance(first, second, atMost: limit) == expected)
            }
        }
    }

    @Test func longTextsTakeTheTimeOfTheBand() {
        let first = scalars(String(repeating: "ab", count: 10_000))
        #expect(Levenshtein.distance(first, scalars("b") + first, atMost: 5) == .within(1))
        #expect(Levenshtein.distance(first, scalars(String(repeating: "ba", count: 10_000)), atMost: 2) == .within(2))
        #expect(Levenshtein.distance(first, scalars(String(repeating: "xy", count: 10_000)), atMost: 5) == .beyond)
        #expect(
            Levenshtein.distance(first, scalars(String(repeating: "xy", count: 10_000)), atMost: 20_000) == .undecided)
    }
}
