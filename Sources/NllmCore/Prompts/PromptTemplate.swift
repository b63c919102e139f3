/// A text with places for the fields of a record, of which prompts are made.
public struct PromptTemplate: Sendable, Equatable {
    /// What ids of its prompts end with if there are several templates.
    let name: String
    /// The text as it was written.
    let text: String
    private let template: Template

    /// - Parameters:
    ///   - text: the text.
    ///   - name: what ids of its prompts end with.
    /// - Throws: for a place that is not understood, and if there is none.
    init(_ text: String, name: String) throws(NllmError) {
        self.text = text
        self.name = name
        do throws(TemplateProblem) {
            template = try Template(text)
        } catch {
            throw .usage("template \(name): \(error.message)")
        }
        guard !template.variables.isEmpty else {
            throw .usage(
                "template \(name) has no {{variable}}, so every prompt would be the same; a template of llm's is passed on: "
                    + "-- -t NAME")
        }
    }

    /// The text with the values of a record in it.
    ///
    /// - Parameter value: the value of a variable; nil if there is none.
    /// - Returns: the text of a prompt.
    /// - Throws: for a variable that is missing or is no text.
    func render(_ value: (String) -> JSONValue?) throws(TemplateFlaw) -> String { try template.filled(value) }
}

extension PromptTemplate {
    /// Reads templates as `--template` takes them: a text in which `\n` is a line break, or `@FILE`.
    ///
    /// - Throws: for a file that cannot be read, and for a text that is not understood.
    public static func templates(_ texts: [String]) throws(NllmError) -> [PromptTemplate] {
        var names: Set<String> = []
        return try texts.enumerated().map { index, text throws(NllmError) in
            let isFile = text.hasPrefix("@")
            var name = isFile ? AbsolutePath.stem(AbsolutePath.resolve(String(text.dropFirst()))) : String(index + 1)
            // Two files may have the same name.
            if !names.insert(name).inserted { name += "#\(index + 1)" }
            return try PromptTemplate(
                isFile ? content(String(text.dropFirst())) : unescaped(text), name: name)
        }
    }

    private static func content(_ path: String) throws(NllmError) -> String {
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try FileReader(path: AbsolutePath.resolve(path)).rest(limit: TextFile.sizeLimit)
        } catch {
            throw .unreadable(path: path, reason: "the template can't be read: \(error.reason)")
        }
        guard let bytes, let text = String(validating: bytes, as: UTF8.self) else {
            throw .unreadable(path: path, reason: "the template is not valid UTF-8")
        }
        // The line break that editors put at the end of a file is not part of the prompt.
        return String(text.withoutByteOrderMark.trimmingLastLineBreak)
    }

    /// The text with `\n`, `\t` and `\\` as the characters that they stand for.
    private static func unescaped(_ text: String) -> String {
        var result = ""
        var characters = text.makeIterator()
        while let character = characters.next() {
            guard character == "\\" else {
                result.append(character)
                continue
            }
            switch characters.next() {
            case "n": result.append("\n")
            case "t": result.append("\t")
            case "\\": result.append("\\")
            case let other: result += "\\" + (other.map(String.init) ?? "")
            }
        }
        return result
    }
}

extension String {
    fileprivate var trimmingLastLineBreak: Substring { last?.isNewline == true ? dropLast() : self[...] }
}
