/// The rule for names of runs.
public enum RunName {
    /// The rule in words.
    public static let rule =
        "a run's name holds letters, digits, `.`, `_` and `-`, starts with a letter or digit, "
        + "and does not start with `batch.db`"

    /// Whether the name follows the rule.
    public static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 100, !name.lowercased().hasPrefix("batch.db") else {
            return false
        }
        return first.isAlphanumeric && name.utf8.allSatisfy { $0.isAlphanumeric || "._-".utf8.contains($0) }
    }
}
