/// Texts without effect on a terminal: control characters, those that change the direction of text, and those that
/// nobody sees become U+FFFD.
extension String {
    /// The text on one line, with its tabs.
    package var printable: String { replacingControls { $0 == "\t" } }

    /// The text with its line breaks.
    package var printableLines: String { replacingControls { $0 == "\t" || $0 == "\n" } }

    /// The printable text with line breaks and tabs replaced by spaces, for use within a line.
    package var oneLine: String {
        guard mayHaveControls else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\n" || $0 == "\t" ? " " : $0 })).printable
    }

    /// A JSON text in which such characters are escaped, so that it means the same.
    package var printableJSON: String {
        guard mayHaveControls else { return self }
        return withoutControls { scalar in
            guard scalar != "\n" else { return "\n" }
            return UTF16.encode(scalar).map { units in
                units.map {
                    "\\u" + String(repeating: "0", count: 4 - String($0, radix: 16).count) + String($0, radix: 16)
                }
                .joined()
            } ?? ""
        }
    }

    private func replacingControls(but isKept: (Unicode.Scalar) -> Bool) -> String {
        guard mayHaveControls else { return self }
        return withoutControls { isKept($0) ? String($0) : "\u{FFFD}" }
    }

    /// The text with something else in place of each character that must not reach a terminal.
    private func withoutControls(_ replacement: (Unicode.Scalar) -> String) -> String {
        var text = ""
        text.unicodeScalars.reserveCapacity(utf8.count)
        var before: Unicode.Scalar?
        var rest = unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar.isControl || scalar.isJoiner && !scalar.joins(before, rest.first) {
                text += replacement(scalar)
            } else {
                text.unicodeScalars.append(scalar)
            }
            before = scalar
        }
        return text
    }

    /// Checks bytes first, because few texts have any that may begin such a character.
    private var mayHaveControls: Bool {
        utf8.contains { byte in
            switch byte {
            case ..<0x20, 0x7F, 0xC2, 0xCD, 0xD8, 0xE1...0xE3, 0xEF, 0xF0, 0xF3: true
            default: false
            }
        } && unicodeScalars.contains { $0.isControl || $0.isJoiner }
    }
}

extension Unicode.Scalar {
    /// Whether terminals act on it (C0, DEL and C1), break a line at it, show what follows in another order, or show
    /// nothing in its place.
    package var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029 || changesDirection
            || isInvisible
    }

    /// Whether it marks, embeds, overrides or isolates a direction of text.
    private var changesDirection: Bool {
        switch value {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Whether it has no width, or is a blank that counts as a letter, so that two texts look the same that are not.
    ///
    /// Selectors of variants are kept, because they choose between text and emoji.
    private var isInvisible: Bool {
        switch value {
        case 0xAD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, 0x2060...0x2065, 0x206A...0x206F, 0x3164,
            0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE00FF, 0xE01F0...0xE0FFF:
            true
        default: false
        }
    }

    /// Whether it joins or separates the letters beside it, as Persian and Indic scripts need it, or makes one emoji of
    /// several.
    var isJoiner: Bool { value == 0x200C || value == 0x200D }

    /// Whether a joiner between two characters has a meaning; among others, it only hides.
    fileprivate func joins(_ before: Unicode.Scalar?, _ after: Unicode.Scalar?) -> Bool {
        guard let before, let after else { return false }
        return [before, after].allSatisfy { $0.value >= 0x300 && !$0.isControl && !$0.isJoiner }
    }
}
