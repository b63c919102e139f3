import Testing

@testable import NllmCore

@Suite struct TextPiecesTests {
    private static let texts: [(bytes: [UInt8], text: String)] = [
        (Array("one\ntwo".utf8), "one\ntwo"),
        (Array("one\r\ntwo\r\n\r\n".utf8), "one\ntwo\n\n"),
        (Array("a\rb\n\rc\r".utf8), "a\rb\n\rc\r"),
        (Array("é漢字👩‍👩‍👧\n".utf8), "é漢字👩‍👩‍👧\n"),
        ([0x61, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80, 0x62], "a😀b"),
        ([0x61, 0xED, 0xA0, 0xBD, 0x0A, 0xED, 0xA0, 0xBD], "a\u{FFFD}\n\u{FFFD}"),
        ([0x61, 0xFF, 0x62, 0x0A, 0xC3, 0x0A, 0xA9, 0xF0, 0x9F], "a\u{FFFD}b\n\u{FFFD}\n\u{FFFD}\u{FFFD}"),
    ]

    @Test func theTextIsTheSameWhereverThePiecesAreCut() {
        for (bytes, text) in Self.texts {
            let cuts = bytes.indices.map { [bytes[..<$0], bytes[$0...]] } + [bytes.indices.map { bytes[$0...$0] }]
            for pieces in cuts {
                var taker = TextPieces()
                let taken = pieces.map { taker.take($0) } + [taker.take(nil)]
                #expect(taken.joined() == text, "\(pieces)")
            }
        }
    }

    @Test func aPieceIsGivenAtOnceAsFarAsItIsCertain() {
        var taker = TextPieces()
        #expect(taker.take(Array("tok".utf8)[...]) == "tok")
        #expect(taker.take([0x65, 0xE6, 0xBC]) == "e")
        #expect(taker.take([0xA2, 0x0D]) == "漢")
        #expect(taker.take([0x0A]) == "\n")
        #expect(taker.take(nil) == "")
    }
}
