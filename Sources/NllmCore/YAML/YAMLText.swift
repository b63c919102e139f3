/// Values as YAML.
enum YAMLText {
    /// A scalar on one line.
    static func scalar(_ value: JSONValue) -> String { escaped(JSONWriter.text(value)) }

    /// A text in double quotes on one line, whatever its content.
    static func quoted(_ text: String) -> String { scalar(.string(text)) }

    /// A text for a comment, on one line.
    static func comment(_ text: String) -> String {
        escaped(
            text.unicodeScalars.reduce(into: "") { line, scalar in
                line += scalar.value < 0x20 ? "?" : String(scalar)
            })
    }

    /// Escapes what JSON allows in a string, but YAML forbids or takes as a line break.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar.value {
            case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
                escaped += "\\u" + scalar.value.digits(4, radix: 16, uppercase: true)
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}
