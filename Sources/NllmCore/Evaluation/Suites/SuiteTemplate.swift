/// A prompt of a suite: a text with places for variables.
struct SuiteTemplate: Sendable {
    /// What ids of its prompts end with if there are several templates; unique among them.
    var name: String
    /// The label by which tests choose it; of a file without one, its path.
    var label: String?
    var template: Template
    var place: InputPlace

    /// Whether a text in a test's `prompts` means it.
    func answers(to text: String) -> Bool {
        guard let label else { return text == name }
        return SuiteModel.matches(label, text) || text == name
    }

    /// Reads a template; nil, and a problem with its line, if it is none.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - place: where it starts.
    ///   - isFromFile: whether lines of the text are lines of the file, from that of the place on.
    ///   - problems: takes what is wrong.
    /// - Returns: the template.
    static func template(
        _ text: String, at place: InputPlace, isFromFile: Bool = false, _ problems: SuiteProblems
    ) -> Template? {
        for (open, advice) in [("{%", "statements"), ("{#", "comments")] {
            guard let range = text.firstRange(of: open), open == "{%" || text.contains("#}") else { continue }
            problems.report(
                isFromFile ? line(of: range.lowerBound, in: text, place) : place,
                "`\(open)`: \(advice) of nunjucks are not supported; templates have {{x}}, {{x.y}} and {{x | dump}}")
            return nil
        }
        do throws(TemplateProblem) {
            return try Template(text)
        } catch {
            problems.report(
                isFromFile ? line(of: flaw(in: text) ?? text.startIndex, in: text, place) : place, error.message)
            return nil
        }
    }

    /// Where the first place for a variable stands that is not understood.
    private static func flaw(in text: String) -> String.Index? {
        var start = text.startIndex
        while let open = text[start...].firstRange(of: "{{") {
            guard let close = text[open.upperBound...].firstRange(of: "}}") else { return open.lowerBound }
            if (try? Template(String(text[open.lowerBound..<close.upperBound]))) == nil { return open.lowerBound }
            start = close.upperBound
        }
        return nil
    }

    private static func line(of index: String.Index, in text: String, _ place: InputPlace) -> InputPlace {
        InputPlace(file: place.file, line: (place.line ?? 1) + text[..<index].count { $0.isNewline })
    }
}
