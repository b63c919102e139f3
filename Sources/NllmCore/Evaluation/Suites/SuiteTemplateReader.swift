/// Reads the prompts of a suite.
struct SuiteTemplateReader {
    let files: SuiteFiles
    let problems: SuiteProblems
    private(set) var templates: [SuiteTemplate] = []

    init(files: SuiteFiles, problems: SuiteProblems) {
        (self.files, self.problems) = (files, problems)
    }

    /// The templates of a list.
    static func templates(_ nodes: [SuiteNode], _ files: SuiteFiles, _ problems: SuiteProblems) -> [SuiteTemplate] {
        var reader = SuiteTemplateReader(files: files, problems: problems)
        for (index, node) in nodes.enumerated() { reader.read(node, number: index + 1) }
        return reader.templates
    }

    /// Where other programs keep prompts.
    private static let schemes = ["exec:", "langfuse://", "portkey://", "helicone://", "http://", "https://"]
    /// Endings of files that promptfoo reads although they are written without `file://`.
    private static let endings = ["txt", "md", "j2", "json", "jsonl", "yaml", "yml", "csv", "py", "js", "ts", "sh"]

    private mutating func read(_ node: SuiteNode, number: Int) {
        if let text = node.text { return read(text, label: nil, at: node.place, number: number) }
        guard let mapping = SuiteMapping(node, .prompt, problems) else { return }
        guard let raw = mapping["raw"] else {
            return problems.report(node.place, "a prompt without `raw`; write {label: NAME, raw: TEXT}")
        }
        guard let text = problems.text(raw) else { return }
        read(text, label: problems.text(mapping["label"]), at: raw.place, number: number)
    }

    private mutating func read(_ text: String, label: String?, at place: InputPlace, number: Int) {
        if text.hasPrefix(SuiteFiles.scheme) { return readFile(text, label: label, at: place) }
        if let scheme = Self.schemes.first(where: text.hasPrefix), !text.contains(where: \.isWhitespace) {
            return problems.report(place, "prompts of `\(scheme)` are not fetched; write them to a file")
        }
        if Self.endings.contains(AbsolutePath.ending(text)), !text.contains(where: { $0.isWhitespace || $0 == "{" }) {
            return problems.report(place, "`\(text)` looks like a file; write file://\(text)")
        }
        add(text, name: label.flatMap(SuiteID.slug) ?? String(number), label: label, at: place)
    }

    /// Reads a file of one prompt, or of several that lines of `---` divide.
    private mutating func readFile(_ reference: String, label: String?, at place: InputPlace) {
        guard let file = files.file(reference, at: place, problems) else { return }
        let ending = file.ending
        guard !["json", "jsonl", "yaml", "yml", "csv", "tsv", "xlsx"].contains(ending) else {
            return problems.report(
                place, "`\(reference)`: prompts are read from text files; for messages, write a file of `sources`")
        }
        do throws(InputProblem) {
            let parts = Self.parts(try file.text(), isDivided: ending != "md")
            if parts.isEmpty { problems.report(InputPlace(file: file.name), "an empty prompt") }
            for (index, part) in parts.enumerated() {
                let ofSeveral = parts.count > 1 ? "-\(index + 1)" : ""
                let name = (label ?? AbsolutePath.stem(file.path)) + ofSeveral
                add(
                    part.text, name: SuiteID.slug(name) ?? name, label: label ?? reference,
                    at: InputPlace(file: file.name, line: part.line), isFromFile: true)
            }
        } catch {
            problems.report(error)
        }
    }

    /// The prompts in a text without white space around them, each with its line.
    private static func parts(_ text: String, isDivided: Bool) -> [(text: String, line: Int)] {
        var parts: [(text: String, line: Int)] = []
        var lines: [Substring] = []
        var start = 1
        func finish() {
            let blank = lines.prefix { $0.allSatisfy(\.isWhitespace) }.count
            let part = lines.joined(separator: "\n").trimmed
            if !part.isEmpty { parts.append((part, start + blank)) }
        }
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard isDivided, line.hasPrefix("---"), line.dropFirst(3).allSatisfy(\.isWhitespace) else {
                lines.append(line)
                continue
            }
            finish()
            (lines, start) = ([], index + 2)
        }
        finish()
        return parts
    }

    private mutating func add(
        _ text: String, name: String, label: String?, at place: InputPlace, isFromFile: Bool = false
    ) {
        if let flaw = PromptFieldReader.flaw(text: text, "prompt") { return problems.report(place, flaw) }
        guard !Self.isChat(text) else {
            return problems.report(
                place, "a prompt that is a list of messages; write it as `messages` into a file of `sources`")
        }
        guard let template = SuiteTemplate.template(text, at: place, isFromFile: isFromFile, problems) else { return }
        var name = name
        if templates.contains(where: { $0.name == name }) { name += "-\(templates.count + 1)" }
        templates.append(SuiteTemplate(name: name, label: label, template: template, place: place))
    }

    /// Whether promptfoo would send the text as messages.
    private static func isChat(_ text: String) -> Bool {
        let start = text.drop { $0.isWhitespace }
        guard start.first == "[" || start.hasPrefix("- role:") else { return false }
        return text.contains("role") && text.contains("content")
    }
}
