import Testing

@testable import NllmCore

/// What must not reach a terminal is replaced, and nothing else.
@Suite struct PrintableTextTests {
    @Test(arguments: [
        // C0, DEL and C1; bidirectional marks, embeddings, overrides and isolates; what nobody sees.
        "\u{0}", "\u{7}", "\u{8}", "\r", "\u{1B}", "\u{7F}", "\u{80}", "\u{9B}", "\u{9F}", "\u{61C}", "\u{200E}",
        "\u{202A}", "\u{202E}", "\u{2066}", "\u{2069}", "\u{2028}", "\u{2029}", "\u{AD}", "\u{34F}", "\u{180E}",
        "\u{200B}", "\u{2060}", "\u{3164}", "\u{FEFF}", "\u{FFA0}", "\u{FFF9}", "\u{E0001}", "\u{E0041}",
        // Among letters that need none, a joiner only hides.
        "\u{200C}", "\u{200D}",
    ])
    func whatTerminalsActOnOrHideIsReplaced(character: String) {
        let text = "a\(character)b"
        #expect(
            text.printable == "a\u{FFFD}b" && text.printableLines == text.printable && text.oneLine == text.printable)
        let escaped = character.utf16.map { unit in
            "\\u" + String(repeating: "0", count: 4 - String(unit, radix: 16).count) + String(unit, radix: 16)
        }
        #expect(text.printableJSON == "a\(escaped.joined())b")
        // The shell gives back the same bytes.
        #expect(!ShellWord.quote(text).unicodeScalars.contains { character.unicodeScalars.contains($0) })
    }

    @Test(arguments: [
        "plain", "Grüße, ½ «x»", "日本語、テスト", "한국어", "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 ❤️", "می‌خواهم", "क्‍ष", "שלום مرحبا", "e\u{301}",
    ])
    func whatPeopleWriteStays(text: String) {
        #expect(text.printable == text && text.printableLines == text && text.oneLine == text)
        #expect(text.printableJSON == text)
    }

    @Test func tabsAndLineBreaksStayWhereTheyCan() {
        #expect("a\tb\nc".printable == "a\tb\u{FFFD}c")
        #expect("a\tb\nc".printableLines == "a\tb\nc")
        #expect("a\tb\nc".oneLine == "a b c")
        // Joiners that follow one another, or nothing, join nothing.
        #expect("👩\u{200D}\u{200D}👧".printable == "👩\u{FFFD}\u{FFFD}👧" && "é\u{200D}".printable == "é\u{FFFD}")
    }
}
