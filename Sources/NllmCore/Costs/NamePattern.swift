/// The snapshot's notation for the names of a model: words joined by `&`, all of which must match.
///
/// `name` is the whole name, `^name` its start, `$name` its end, `*name` a part of it; `!` negates the word after it.
/// `#` matches any digit.
enum NamePattern {
    /// Whether the pattern matches a name; both in lower case.
    static func matches(_ pattern: Substring.UTF8View, _ name: Substring.UTF8View) -> Bool {
        pattern.split(separator: UInt8(ascii: "&")).allSatisfy { holds($0, name) }
    }

    private static func holds(_ word: Substring.UTF8View, _ name: Substring.UTF8View) -> Bool {
        let literal = word.dropFirst()
        switch word.first {
        case UInt8(ascii: "!"): return !holds(literal, name)
        case UInt8(ascii: "^"): return begins(name, with: literal)
        case UInt8(ascii: "$"): return begins(name.suffix(literal.count), with: literal)
        case UInt8(ascii: "*"): return name.indices.contains { begins(name[$0...], with: literal) }
        default: return name.count == word.count && begins(name, with: word)
        }
    }

    private static func begins(_ name: Substring.UTF8View, with literal: Substring.UTF8View) -> Bool {
        name.starts(with: literal) { found, wanted in
            wanted == UInt8(ascii: "#") ? found.isDigit : found == wanted
        }
    }
}
