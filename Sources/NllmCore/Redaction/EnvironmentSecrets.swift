/// Finds the secrets in an environment: the values of variables with a secret's name.
enum EnvironmentSecrets {
    private static let nameEndings = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL"]
    /// A shorter value would match by chance.
    private static let shortestValue = 8
    /// A shorter item of a list or a document is more likely an ordinary word.
    private static let shortestItem = 16
    private static let longestWord = 11
    private static let longestNumber = 15

    static func values(_ environment: [String: String]) -> Set<String> {
        var values: Set<String> = []
        for (name, value) in environment where isSecret(name: name) {
            let value = trimmed(value)
            if isSecret(value: value) { values.insert(value) }
            // Several keys, or a document of credentials: each may appear alone.
            for item in value.split(whereSeparator: { $0.isWhitespace || ",;\"'".contains($0) }) {
                if item.utf8.count >= shortestItem, isSolid(item) { values.insert(String(item)) }
            }
        }
        return values
    }

    /// Whether a variable has the name of a secret, including numbered ones and the id of a key.
    static func isSecret(name: String) -> Bool {
        var name = name.uppercased()[...]
        while let last = name.last, last.isNumber || last == "_" { name = name.dropLast() }
        if name.hasSuffix("KEY_ID") { name = name.dropLast("_ID".count) }
        if name.last == "S" { name = name.dropLast() }
        return nameEndings.contains(where: name.hasSuffix)
    }

    /// Whether a value looks like a secret rather than a word, a number, a path or an address.
    static func isSecret(value: String) -> Bool {
        guard value.utf8.count >= shortestValue, Set(value.utf8).count > 3 else { return false }
        if value.utf8.count <= longestWord, isWords(value) { return false }
        if value.utf8.count <= longestNumber, value.allSatisfy({ !$0.isLetter }) {
            return value.contains { !$0.isNumber && !".,:+-_/ ".contains($0) }
        }
        guard isLocation(value) else { return true }
        // A base64 secret may start like a path, and an address may contain one.
        return value.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).contains {
            $0.utf8.count > longestWord && isMixed($0)
        }
    }

    /// The value without what surrounds it if it was copied from a file.
    private static func trimmed(_ value: String) -> String {
        var value = value[...]
        while let first = value.first, first.isWhitespace || "\"'".contains(first) { value = value.dropFirst() }
        while let last = value.last, last.isWhitespace || "\"'".contains(last) { value = value.dropLast() }
        return String(value)
    }

    private static func isLocation(_ value: String) -> Bool {
        ["/", "~", "./", "../"].contains(where: value.hasPrefix) || value.contains("://")
    }

    private static func isWords(_ value: String) -> Bool {
        value.split(whereSeparator: { "-_. ".contains($0) }).allSatisfy { word in
            word.allSatisfy(\.isLetter)
                && (word.dropFirst().allSatisfy(\.isLowercase) || word.allSatisfy(\.isUppercase))
        }
    }

    private static func isMixed(_ value: Substring) -> Bool {
        value.contains(where: \.isUppercase) && value.contains(where: \.isLowercase)
            && value.contains(where: \.isNumber)
    }

    private static func isSolid(_ value: Substring) -> Bool {
        value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+/=_-".contains($0)) }
            && value.contains(where: \.isNumber) && value.contains(where: \.isLetter)
    }
}
