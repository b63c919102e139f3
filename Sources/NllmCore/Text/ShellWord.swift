/// Texts as a POSIX shell reads them.
public enum ShellWord {
    /// The text as one word that can be shown and pasted: control characters except tabs and line breaks, and
    /// characters that nobody sees, are written through `printf`, which gives the same bytes in every shell.
    public static func quote(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isEscaped) else { return quoteAsItIs(text) }
        var word = ""
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            let plain = rest.prefix { !isEscaped($0) }
            if !plain.isEmpty { word += quoteAsItIs(String(plain)) }
            rest = rest[plain.endIndex...]
            let controls = String(rest.prefix(while: isEscaped))
            rest = rest.drop(while: isEscaped)
            // It does not end with a line feed, which a shell would remove.
            if !controls.isEmpty { word += "\"$(printf '\(controls.utf8.map(octal).joined())')\"" }
        }
        return word
    }

    private static func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
        (scalar.isControl || scalar.isJoiner) && scalar != "\n" && scalar != "\t"
    }

    private static func octal(_ byte: UInt8) -> String {
        "\\" + byte.digits(3, radix: 8)
    }

    /// The text as one word, quoted if necessary.
    private static func quoteAsItIs(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { $0.isAlphanumeric || "-_./:=@,+".utf8.contains($0) }
        if plain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The arguments as one line that can be shown and pasted.
    package static func line(_ arguments: [String]) -> String { arguments.map(quote).joined(separator: " ") }

    /// A command line that passes a text on to its standard input; with nil it has none.
    package static func line(_ arguments: [String], input: String?) -> String {
        guard let input else { return line(arguments) + " </dev/null" }
        return "printf %s \(quote(input)) | \(line(arguments))"
    }

    /// The arguments as one line, as stored and hashed; it never changes.
    static func stored(_ arguments: [String]) -> String { arguments.map(quoteAsItIs).joined(separator: " ") }
}
