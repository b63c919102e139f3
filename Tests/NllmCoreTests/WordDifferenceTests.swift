import Testing

@testable import NllmCore

/// The words in which two texts differ are found, whatever the texts are, and in bounded time.
@Suite struct WordDifferenceTests {
    private static func marked(_ old: String, _ new: String) -> String {
        WordDifference.pieces(from: old, to: new).map { piece in
            switch piece {
            case .same(let text): text
            case .removed(let text): "[-\(text)-]"
            case .added(let text): "{+\(text)+}"
            }
        }.joined()
    }

    @Test(arguments: [
        ("", "", ""), ("a", "a", "a"), ("", "a b", "{+a b+}"), ("a b", "", "[-a b-]"),
        ("the quick fox", "the slow fox", "the [-quick-]{+slow+} fox"),
        ("the quick brown fox", "the slow red fox", "the [-quick brown-]{+slow red+} fox"),
        ("one, two", "one; two", "one[-,-]{+;+} two"), ("one two", "two", "[-one -]two"),
        ("a\nb", "a\nc\nb", "a\n{+c\n+}b"), ("is 5.", "is 15.", "is [-5-]{+15+}."), ("空は青い", "空は赤い", "空は[-青-]{+赤+}い"),
        ("x  y", "x y", "x[-  -]{+ +}y"),
    ])
    func wordsAreMarked(old: String, new: String, expected: String) {
        #expect(Self.marked(old, new) == expected)
    }

    /// A text of words, few of which are unique.
    private static func text(_ words: Int, seed: Int, of vocabulary: Int) -> String {
        var state = UInt64(seed)
        return (0..<words).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return "w\(Int(state >> 33) % vocabulary)"
        }.joined(separator: " ")
    }

    private static func expectWhole(_ old: String, _ new: String, sourceLocation: SourceLocation = #_sourceLocation) {
        var (first, second) = ("", "")
        for piece in WordDifference.pieces(from: old, to: new) {
            switch piece {
            case .same(let text):
                first += text
                second += text
            case .removed(let text): first += text
            case .added(let text): second += text
            }
        }
        #expect(first == old && second == new, sourceLocation: sourceLocation)
    }

    @Test(arguments: [2, 5, 100, 10_000]) func thePiecesMakeBothTexts(vocabulary: Int) {
        for words in [1, 7, 300, 3000] {
            Self.expectWhole(
                Self.text(words, seed: 1, of: vocabulary), Self.text(words + words / 3, seed: 2, of: vocabulary))
        }
    }

    @Test func longTextsTakeLittle() {
        // Nothing in common, much in common, and nothing that is unique.
        Self.expectWhole(Self.text(50_000, seed: 1, of: 1_000_000), Self.text(50_000, seed: 2, of: 1_000_000))
        let long = Self.text(50_000, seed: 3, of: 1_000_000)
        Self.expectWhole(long, long.replacing("w1", with: "v1"))
        let same = String(repeating: "a b ", count: 50_000)
        #expect(Self.marked(same, same + "c") == same + "{+c+}")
        Self.expectWhole(same, "b" + String(repeating: "a a b ", count: 30_000))
    }
}
