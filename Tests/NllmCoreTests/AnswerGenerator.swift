/// Answers as models give them and as they should not, the same for the same seed.
struct AnswerGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    private static let tokens = [
        "{", "}", "[", "]", "\"", "\\", "\\\"", ",", ":", "{}", "[]", "{\"a\":1}", "[1,2]", "[\"x\"]", "\"a\":",
        "\"{\"", "\"}\"", "\"]\"", "NaN", "-Infinity", "null", "true", "1", "-2.5", "\"\\ud83d\"", "`", "`", "``",
        "```", "```json\n", "```\n", "\n```\n", "```python\n", "\n", "\r\n", " ", "\t", "\u{A0}", "\u{2003}", "\u{1C}",
        "é", "see ", "json", "😀", "<think>", "</think>", "<Thinking a=\"b\">", "</reasoning >", "tru", "\"\\u12",
    ]

    private static let strings = [
        "", "a", "b c", "{", "}", "[", "]", "{}", "[1]", "`", "```", "`{}`", "\\\"", "\\\\", "\\n", "\\u00e9",
        "\\ud83d\\ude00", "\\ud800", "\\udc00\\ud800", "{\\\"a\\\": 1}", ", ", ": ", "é", "```json\\n[1]\\n```", ":1}",
    ]

    private static let prose = [
        "Here it is: ", "see [1] and [2]. ", "He said \"yes\". ", "{not json} ", "use `x` ", "it's 5\" long ", "\n",
        "\n\n", "set {a, b} ", "`{\"i\":1}` ", "f(x)[0] ", " and then ", "\u{A0}", "`", "\"", "[", "{\"k\": ", "}", "]",
    ]

    private static let languages = [
        "json", "JSON", "", " ", "json ", "python", "jsonc", "json\n", "json\r", "js", "md",
        "JSON5 title",
    ]

    /// A text of up to some hundred characters, with or without JSON.
    mutating func text() -> String {
        if Int.random(in: 0..<4, using: &self) == 0 { return soup(most: 24) }
        var text = (0...Int.random(in: 0...3, using: &self)).map { _ in part() }.joined()
        if Int.random(in: 0..<12, using: &self) == 0 { text = String(text.prefix(text.count * 2 / 3)) }
        for _ in 0..<max(0, Int.random(in: -3...2, using: &self)) where !text.isEmpty {
            let place = text.indices.randomElement(using: &self) ?? text.startIndex
            text.remove(at: place)
        }
        return text
    }

    private mutating func part() -> String {
        switch Int.random(in: 0..<9, using: &self) {
        case 8: "<think>\(Self.pick(Self.prose, &self))\(value(depth: 1))</think>"
        case 0, 1: Self.pick(Self.prose, &self)
        case 2: "```\(Self.pick(Self.languages, &self))\n\(value(depth: 2))\n```\n"
        case 3: "```\(Self.pick(Self.languages, &self))\(value(depth: 1))```"
        case 4: "`\(value(depth: 1))`"
        case 5: soup(most: 5)
        default: value(depth: 3)
        }
    }

    private mutating func soup(most: Int) -> String {
        (0..<Int.random(in: 1...most, using: &self)).map { _ in Self.pick(Self.tokens, &self) }.joined()
    }

    private mutating func value(depth: Int) -> String {
        let parts = Int.random(in: 0...3, using: &self)
        switch Int.random(in: 0..<(depth > 0 ? 6 : 3), using: &self) {
        case 0: return Self.pick(["1", "-2.5", "1e3", "true", "null", "NaN", "Infinity", "-Infinity"], &self)
        case 1, 2: return string()
        case 3: return "[" + (0..<parts).map { _ in value(depth: depth - 1) }.joined(separator: ", ") + "]"
        default:
            return "{" + (0..<parts).map { _ in string() + ": " + value(depth: depth - 1) }.joined(separator: ",\n")
                + "}"
        }
    }

    private mutating func string() -> String { "\"" + Self.pick(Self.strings, &self) + "\"" }

    private static func pick(_ choices: [String], _ generator: inout AnswerGenerator) -> String {
        choices.randomElement(using: &generator) ?? ""
    }
}
