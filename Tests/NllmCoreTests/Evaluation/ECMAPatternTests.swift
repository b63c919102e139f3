import Testing

@testable import NllmCore

/// What the syntax of JavaScript means otherwise than that of Perl, beside what the official tests of JSON Schema have.
struct ECMAPatternTests {
    @Test(
        "matches",
        arguments: [
            (#"^\cJ$"#, "\n"), (#"^[\cJ]$"#, "\n"), (#"^\x41\u0042\u{43}$"#, "ABC"), (#"^\uD83D\uDC32$"#, "🐲"),
            (#"^[\u0041-\u{1F432}]$"#, "🐲"), (#"^\p{Uppercase_Letter}\p{Lu}\p{gc=Lu}$"#, "ÉAB"),
            (#"^\p{General_Category=Decimal_Number}\P{L}$"#, "٣1"), (#"^\p{Script=Greek}\p{Greek}$"#, "αβ"),
            (#"^[\p{L}\s-]+$"#, "é -\u{FEFF}"), (#"^[\w\s-.]+$"#, "a b-."), (#"^[+-\d]+$"#, "+-1"),
            (#"^[\p{L}-z]+$"#, "é-"), (#"^[\S]$"#, "é"), (#"^[^\S]$"#, "\u{3000}"),
            (#"^\v\0$"#, "\u{B}\0"), (#"^[\b]$"#, "\u{8}"), (#"a\b"#, "aé"), (#"^[^]$"#, "\n"), (#"^a{,2}$"#, "a{,2}"),
            (#"^{a}$"#, "{a}"), (#"^a{2}b{1,}c{0,3}$"#, "aabc"), (#"^[[:alpha:]]$"#, "[]"), (#"^(a)|b\1$"#, "b"),
            (#"^(?<year>\d{4})-\k<year>$"#, "2024-2024"), (#"^\/\-\_\@\.\"$"#, #"/-_@.""#), (#"(?<=a)b(?!c)"#, "ab"),
            (#"(?i)ABC"#, "abc"), (#"^(?i:A)b$"#, "ab"), (#"^[a-z&&]$"#, "&"), (#"\é"#, "é"), (#"#x y"#, "#x y"),
            (#"^(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\10$"#, "abcdefghijj"), (#"^.$"#, "🐲"),
        ])
    func matches(pattern: String, text: String) throws {
        #expect(try Pattern(pattern, syntax: .ecma).matches(text))
    }

    @Test(
        "does not match",
        arguments: [
            ("a$", "a\n"), (#"^\d$"#, "٣"), (#"^\w$"#, "é"), (#"^.$"#, "\u{2028}"), (#"^.$"#, "\r"), ("[]", "a"),
            (#"^[\S]$"#, "\u{FEFF}"), (#"^\s$"#, "\u{85}"), (#"\p{Lu}"#, "a"), (#"^[^\s]$"#, "\u{A0}"),
        ])
    func differs(pattern: String, text: String) throws {
        #expect(try !Pattern(pattern, syntax: .ecma).matches(text))
    }

    @Test(
        "what JavaScript does not have is refused",
        arguments: [
            (#"^\A"#, #"bad pattern at character 2: `\A` is not an escape of ECMA-262"#),
            (#"a\"#, "bad pattern at character 2: a backslash at the end"),
            (#"(?P<x>a)"#, "bad pattern at character 1: a group that ECMA-262 does not have"),
            (#"(?s:.)"#, "bad pattern at character 1: a group that ECMA-262 does not have"),
            (#"(*ACCEPT)"#, "bad pattern at character 2: nothing to repeat"),
            (#"\u12"#, #"bad pattern at character 1: `\u` without its hexadecimal digits"#),
            (#"\u{110000}"#, "bad pattern at character 1: an escape that is not a character"),
            (#"\u{41"#, #"bad pattern at character 1: `\u` without its hexadecimal digits"#),
            (#"\uD83D"#, "bad pattern at character 1: an escape that is not a character"),
            (#"\c1"#, #"bad pattern at character 1: `\c` without its letter"#),
            (#"\pL"#, #"bad pattern at character 1: `\p` without a name in braces"#),
            (#"\p{Foo}"#, "bad pattern: unknown property after \\P or \\p"),
            ("(", "bad pattern: missing closing parenthesis"),
            ("[b-a]", "bad pattern: range out of order in character class"),
        ])
    func refused(pattern: String, message: String) {
        let problem = #expect(throws: PatternProblem.self) { try Pattern(pattern, syntax: .ecma) }
        #expect(problem?.plainText == message)
    }
}
