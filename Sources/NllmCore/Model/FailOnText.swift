/// Outcomes that may count as failures, as users list them.
public enum FailOnText {
    /// The kinds that can be listed: an answer arrived, and the user decides whether it is good.
    public static let kinds = FailureKind.allCases.filter { $0.traits.meaning == .answer && $0 != .unreadable }

    /// The kinds in a text such as `truncated,empty`, in the order of ``kinds``; none in an empty text.
    public static func kinds(in text: String) -> [FailureKind] {
        let words = words(text)
        return kinds.filter { words.contains($0.rawValue) }
    }

    /// What is wrong with the text, in words that follow its name; nil if it is valid.
    public static func flaw(_ text: String) -> String? {
        let names = kinds.map(\.rawValue)
        guard let unknown = words(text).first(where: { !names.contains($0) }) else { return nil }
        let known = names.quotedList
        return "holds `\(unknown)` but may hold \(known), separated by commas"
    }

    private static func words(_ text: String) -> [String] {
        text.split(separator: ",").map { word in
            let start = word.drop { $0 == " " }
            return String(start[..<(start.lastIndex { $0 != " " }.map(start.index(after:)) ?? start.startIndex)])
        }
    }
}
