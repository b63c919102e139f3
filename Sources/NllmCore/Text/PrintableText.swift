/// Texts without effect on a terminal: control characters and those that change the direction of text become U+FFFD.
extension String {
    /// The text on one line, with its tabs.
    package var printable: String { replacingControls { $0 == "\t" } }

    /// The text with its line breaks.
    package var printableLines: String { replacingControls { $0 == "\t" || $0 == "\n" } }

    /// The printable text with line breaks and tabs replaced by spaces, for use within a line.
    package var oneLine: String {
        guard hasControls else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\n" || $0 == "\t" ? " " : $0 })).printable
    }

    /// A JSON text in which such characters are escaped, so that it means the same.
    package var printableJSON: String {
        guard hasControls else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isControl, scalar != "\n" {
                text +=
                    "\\u" + String(repeating: "0", count: 4 - String(scalar.value, radix: 16).count)
                    + String(scalar.value, radix: 16)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }

    private func replacingControls(but isKept: (Unicode.Scalar) -> Bool) -> String {
        guard hasControls else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl && !isKept($0) ? "\u{FFFD}" : $0 }))
    }

    /// Checks bytes first, because almost no text has any.
    private var hasControls: Bool {
        utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 || $0 == 0xE2 || $0 == 0xD8 }
            && unicodeScalars.contains(where: \.isControl)
    }
}

extension Unicode.Scalar {
    /// Whether terminals act on it (C0, DEL and C1), break a line at it, or show what follows in another order.
    package var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029 || changesDirection
    }

    /// Whether it marks, embeds, overrides or isolates a direction of text.
    private var changesDirection: Bool {
        switch value {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
