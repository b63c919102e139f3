/// The ids of a suite's prompts.
///
/// An id is made of the group, the test, the combination and the prompt: `[GROUP/]TEST[.N][/PROMPT]`.
/// - GROUP: nothing for tests in the suite itself; the stem of a file of tests; for a scenario its description or
///   `scenario`, its number, and behind a slash that of the entry in its `config`.
/// - TEST: the description in small letters and dashes, or where there is none the number in its group, from `0001`. Of
///   several with one description, the second ends with `-2`.
/// - N: the number of the combination, where lists in variables multiply the test.
/// - PROMPT: the label, the stem of its file, or its number, where the suite has several prompts.
///
/// Tests that are added at the end of a group leave all other ids as they are.
struct SuiteID {
    /// How often a name was given, by group and name.
    private var counts: [String: Int] = [:]

    /// The most characters that are taken of a description.
    private static let length = 60

    /// The name of the next test, unique in its group.
    mutating func name(_ description: String?, number: Int, in group: String) -> String {
        let start = group.isEmpty ? "" : group + "/"
        // Descriptions without a letter would be taken for numbers.
        guard let slug = description.flatMap(Self.slug), slug.contains(where: \.isLetter) else {
            return start + number.digits(4)
        }
        return start + unique(slug, in: start)
    }

    private mutating func unique(_ slug: String, in start: String) -> String {
        var name = slug
        while true {
            let count = counts[start + name, default: 0] + 1
            counts[start + name] = count
            if count == 1 { return name }
            name = "\(slug)-\(count)"
            if slug != name, counts[start + name] == nil {
                counts[start + name] = 1
                return name
            }
        }
    }

    /// A text in small letters and digits, with dashes for all else; nil if nothing is left of it.
    static func slug(_ text: String) -> String? {
        var slug = ""
        for character in text.lowercased() {
            if character.isLetter || character.isNumber {
                slug.append(character)
            } else if !slug.isEmpty, slug.last != "-" {
                slug.append("-")
            }
            if slug.count >= length { break }
        }
        if slug.last == "-" { slug.removeLast() }
        return slug.isEmpty ? nil : slug
    }
}
