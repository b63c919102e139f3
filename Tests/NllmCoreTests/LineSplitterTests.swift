import Testing

@testable import NllmCore

@Suite struct LineSplitterTests {
    @Test func halvesOfACharacterInTwoPiecesBecomeTheCharacter() {
        var splitter = LineSplitter()
        #expect(splitter.take([0x61, 0xED, 0xA0, 0xBD]) == [])
        #expect(splitter.take([0xED, 0xB8, 0x80, 0x0A, 0xED, 0xA0, 0xBD, 0x0A]) == ["a😀", "\u{FFFD}"])
    }

    private static let cases: [(bytes: String, lines: [String])] = [
        ("", []),
        ("one", ["one"]),
        ("one\n", ["one"]),
        ("one\ntwo", ["one", "two"]),
        ("\n\n", ["", ""]),
        ("one\r\ntwo\r\n", ["one", "two"]),
        ("a\rb\n\rc", ["a\rb", "\rc"]),
        ("é\n漢字\n👩‍👩‍👧\n", ["é", "漢字", "👩‍👩‍👧"]),
        ("\t tab\u{1B}[31m\n", ["\t tab\u{1B}[31m"]),
    ]

    /// All lines of pieces that come one after the other.
    private func lines(_ pieces: [ArraySlice<UInt8>], limit: Int = LineSplitter.limit) -> [String] {
        var splitter = LineSplitter(limit: limit)
        return pieces.flatMap { splitter.take($0) } + splitter.take(nil)
    }

    /// The bytes as a whole, in every two pieces, and byte by byte.
    private func cuts(_ bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
        [[bytes[...]], bytes.indices.map { bytes[$0...$0] }] + bytes.indices.map { [bytes[..<$0], bytes[$0...]] }
    }

    @Test func linesAreTheSameWhereverThePiecesAreCut() {
        for (text, expected) in Self.cases {
            for pieces in cuts(Array(text.utf8)) { #expect(lines(pieces) == expected, "\(pieces)") }
        }
    }

    @Test func invalidUTF8IsReplacedAlikeWhereverThePiecesAreCut() {
        // A byte that never occurs, and a character that breaks off at the end of its line.
        let bytes: [UInt8] = [0x61, 0xFF, 0x62, 0x0A, 0xC3, 0x0A, 0xA9]
        for pieces in cuts(bytes) { #expect(lines(pieces) == ["a\u{FFFD}b", "\u{FFFD}", "\u{FFFD}"]) }
    }

    @Test func aLineThatIsTooLongIsGivenInPartsOfWholeCharacters() {
        for pieces in cuts(Array("12345678éabc漢\nshort\n".utf8)) {
            #expect(lines(pieces, limit: 9) == ["12345678", "éabc漢", "short"])
        }
        for pieces in cuts(Array("漢字漢字".utf8)) { #expect(lines(pieces, limit: 4) == ["漢", "字", "漢", "字"]) }
    }

    @Test func aLineOfManyMegabytesIsNeverHeldWhole() {
        var splitter = LineSplitter()
        var sizes: [Int] = []
        let piece = [UInt8](repeating: 0x78, count: 100_000)
        for _ in 1...50 { sizes += splitter.take(piece[...]).map(\.utf8.count) }
        sizes += splitter.take(nil).map(\.utf8.count)
        #expect(sizes.reduce(0, +) == 5_000_000)
        #expect(sizes.allSatisfy { $0 <= LineSplitter.limit })
        #expect(sizes.count == 5)
    }
}
