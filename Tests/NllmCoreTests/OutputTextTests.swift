import Testing

@testable import NllmCore

@Suite struct OutputTextTests {
    @Test(
        arguments: [
            ([0x61, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80, 0x62], "a😀b"),
            ([0xED, 0xA0, 0xBD], "\u{FFFD}"),
            ([0xED, 0xB8, 0x80, 0xED, 0xA0, 0xBD], "\u{FFFD}\u{FFFD}"),
            ([0xED, 0xA0, 0xBD, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], "\u{FFFD}😀"),
            ([0xED, 0xA0, 0xBD, 0x0A, 0xED, 0xB8, 0x80], "\u{FFFD}\n\u{FFFD}"),
            // U+D7FF is a character, and what breaks off is not UTF-8 as ever.
            ([0xED, 0x9F, 0xBF], "\u{D7FF}"),
            ([0xED, 0xA0], "\u{FFFD}\u{FFFD}"),
            ([0xFF, 0xED, 0xAF, 0xBF, 0xED, 0xBF, 0xBD, 0xFF], "\u{FFFD}\u{10FFFD}\u{FFFD}"),
            ([], ""),
        ] as [([UInt8], String)])
    func halvesAreJoinedOrReplaced(bytes: [UInt8], text: String) {
        #expect(OutputText.decode(bytes).unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test func aBufferGivesBackWhatItWasGiven() {
        for size in [0, 1, 5, 65_535, 65_536, 65_537, 200_000] {
            var (all, buffer, other): ([UInt8], OutputBuffer, OutputBuffer) = ([], OutputBuffer(), OutputBuffer())
            for number in 0..<7 {
                let piece = [UInt8](repeating: UInt8(number), count: size)
                all += piece
                buffer.append(piece)
                other.append(piece)
            }
            #expect(buffer.count == all.count)
            var both = OutputBuffer()
            both.append(buffer)
            both.append(other)
            #expect(both.removeAll() == all + all)
            #expect(buffer.removeAll() == all)
            #expect(buffer.isEmpty)
        }
    }
}
