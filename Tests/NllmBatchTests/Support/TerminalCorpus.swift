import Testing

/// Characters with which a text could act on a terminal, or deceive who reads it.
enum TerminalCorpus {
    /// One of each kind, among letters.
    static let text =
        [
            "\u{1B}[2J\u{1B}[35;1mc", "\u{1B}[1;1Hh", "\u{1B}[?1049ha", "\u{1B}]0;title\u{7}t",
            "\u{1B}]8;;http:x\u{1B}\\l\u{1B}]8;;\u{1B}\\", "\u{1B}]52;c;eA==\u{7}p", "\u{1B}P1$r0m\u{1B}\\d",
            "\u{1B}_g\u{1B}\\", "\u{1B}c", "\u{9B}31mx", "\u{9D}0;y\u{9C}", "\u{90}q\u{9C}", "\u{85}n",
            "\u{202E}r\u{202C}", "\u{2066}i\u{2069}", "\u{200F}m", "\u{61C}", "\u{2028}s", "a\u{200B}b", "a\u{200D}b",
            "\u{2060}w", "\u{FEFF}f", "\u{AD}y", "\u{E0041}e", "\rover", "\u{8}\u{8}b", "\u{7F}", "\u{B}\u{C}v", "end",
        ].joined()

    /// The text for SQL.
    static let sql = text.unicodeScalars.map { "char(\($0.value))" }.joined(separator: " || ")

    /// The text as a string of YAML.
    static let yaml =
        "\""
        + text.unicodeScalars.map { scalar in
            let (mark, length) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
            let digits = String(scalar.value, radix: 16)
            return "\\" + mark + String(repeating: "0", count: length - digits.count) + digits
        }.joined() + "\""

    private static let forbidden: Set<UInt32> = Set(
        Array(0...8) + Array(11...31) + Array(127...159) + [0xAD, 0x61C, 0x200B, 0x200D, 0x200E, 0x200F]
            + Array(0x2028...0x202E) + Array(0x2060...0x2069) + [0xFEFF] + Array(0xE0000...0xE007F))

    /// What of a text would act on a terminal.
    static func found(in text: String) -> [String] {
        text.unicodeScalars.filter { forbidden.contains($0.value) }.map { "U+" + String($0.value, radix: 16) }
    }

    /// What of the output of a command in a terminal does more than color lines and draw them again.
    static func found(in run: TerminalRun) -> [String] {
        found(in: run.output.replacing(#/\x1B\[[0-9]*[Am]|\x1B\[J|\r(?=\x1B)/#, with: ""))
    }
}
