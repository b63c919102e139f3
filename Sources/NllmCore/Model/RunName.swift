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
        return isAlphanumeric(first)
            && name.utf8.allSatisfy {
                isAlphanumeric($0) || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains($0)
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
