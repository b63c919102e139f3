import Testing

@testable import NllmCore

@Suite struct YAMLScalarTests {
    /// As PyYAML's `safe_load` takes them.
    @Test(arguments: [
        ("0", 0), ("42", 42), ("-7", -7), ("+7", 7), ("1_000", 1000), ("010", 8), ("0x1F", 31), ("0b101", 5),
        ("1:30", 90), ("1:30:00", 5400), ("0.5", 0.5), (".5", 0.5), ("5.", 5), ("1.5e+3", 1500), ("1e3", 1000),
        ("-0.25", -0.25), ("1_0.5", 10.5),
    ])
    func numbersAreReadInEverySpelling(text: String, number: Double) {
        #expect(YAMLScalar(text: text, isPlain: true).number == number)
        #expect(YAMLScalar(text: text, isPlain: false).number == nil)
    }

    @Test(arguments: [
        "", "-", "+", ".", "_1", "e5", "1x", "0xZ", "1-2", "1:60", "30s", "inf", "nan", ".inf", ".nan", "infinity",
        "0b2", "--1", "1.2.3", "2026-11-23",
    ])
    func whatIsNoNumberIsNone(text: String) {
        #expect(YAMLScalar(text: text, isPlain: true).number == nil)
    }

    @Test(arguments: [
        ("42", "42"), ("0.10", "0.10"), ("1e3", "1e3"), ("010", "8"), ("1_000", "1000"), (".5", "0.5"), ("+3", "3"),
    ])
    func aNumberKeepsItsSpellingWhereJSONHasIt(text: String, json: String) {
        #expect(YAMLScalar(text: text, isPlain: true).json == .number(json))
    }

    @Test func booleansAndNullAreReadInEverySpellingAndNoOther() {
        for word in ["yes", "true", "on"] + ["Yes", "True", "On"] + ["YES", "TRUE", "ON"] {
            #expect(YAMLScalar(text: word, isPlain: true).bool == true)
            #expect(YAMLScalar(text: word, isPlain: false).bool == nil)
        }
        for word in ["no", "false", "off"] + ["No", "False", "Off"] + ["NO", "FALSE", "OFF"] {
            #expect(YAMLScalar(text: word, isPlain: true).bool == false)
        }
        for word in ["y", "n", "yEs", "1", "0", ""] { #expect(YAMLScalar(text: word, isPlain: true).bool == nil) }
        for word in ["", "~", "null", "Null", "NULL"] {
            #expect(YAMLScalar(text: word, isPlain: true).isNull)
            #expect(!YAMLScalar(text: word, isPlain: false).isNull)
        }
        #expect(!YAMLScalar(text: "none", isPlain: true).isNull)
    }

    @Test(arguments: [
        "", "plain", "a: b # c", "say \"hi\"", "back\\slash", "two\nlines\tand a tab", "\u{7F}\u{85}\u{2028}\u{FEFF}",
        "ü 日本 🙂", "yes", "4.1", "***",
    ])
    func aQuotedTextIsReadAsItWas(text: String) throws {
        let quoted = YAMLText.quoted(text)
        #expect(!quoted.contains { $0.isNewline })
        let node = try YAMLNode.parse("key: \(quoted)  # \(YAMLText.comment(text))\nnext: 1")
        guard case .mapping(let pairs)? = node?.content else {
            Issue.record("no mapping")
            return
        }
        #expect(pairs.map(\.key) == ["key", "next"])
        #expect(pairs.first?.value.scalar == YAMLScalar(text: text, isPlain: false))
    }

    @Test func aliasesThatStandForTooMuchAreRefused() {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 {
            let parts = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(parts)]\n"
        }
        #expect(throws: YAMLProblem(kind: .tooManyAliases, line: 1)) { try YAMLNode.parse(yaml) }
    }
}
