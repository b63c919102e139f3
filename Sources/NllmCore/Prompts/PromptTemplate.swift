/// A text with places for the fields of a record: `{{name}}`, `{{name.member}}` and `{{name | dump}}`.
public struct PromptTemplate: Sendable, Equatable {
    private enum Part: Equatable {
        case text(String)
        /// A field's value, as JSON or as it is.
        case variable(String, asJSON: Bool)
    }

    /// What ids of its prompts end with if there are several templates.
    let name: String
    /// The text as it was written.
    let text: String
    private var parts: [Part] = []

    /// - Parameters:
    ///   - text: the text.
    ///   - name: what ids of its prompts end with.
    /// - Throws: for a place that is not understood.
    init(_ text: String, name: String) throws(NllmError) {
        self.text = text
        self.name = name
        var rest = text[...]
        while let start = rest.firstRange(of: "{{") {
            if start.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<start.lowerBound]))) }
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                throw .usage("template \(name): `{{` without `}}`")
            }
            parts.append(try Self.variable(rest[start.upperBound..<end.lowerBound], of: name))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        guard parts.contains(where: { if case .variable = $0 { true } else { false } }) else {
            throw .usage(
                "template \(name) has no {{variable}}, so every prompt would be the same; a template of llm's is passed on: "
                    + "-- -t NAME")
        }
    }

    private static func variable(_ text: Substring, of template: String) throws(NllmError) -> Part {
        let words = text.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmed }
        guard let name = words.first, !name.isEmpty, words.count < 3 else {
            throw .usage("template \(template): `{{\(text)}}` names no variable; write {{name}} or {{name | dump}}")
        }
        guard words.count == 1 || words[1] == "dump" else {
            throw .usage("template \(template): there is no `\(words[1])`, only {{\(name) | dump}}, which writes JSON")
        }
        return .variable(name, asJSON: words.count == 2)
    }

    /// The text with the values of a record in it.
    ///
    /// - Parameter value: the value of a variable; nil if there is none.
    /// - Returns: the text of a prompt.
    /// - Throws: for a variable that is missing or is no text.
    func render(_ value: (String) -> JSONValue?) throws(TemplateFlaw) -> String {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .variable(let name, let asJSON):
                guard let value = value(name), value != .null else { throw TemplateFlaw(name: name, reason: .missing) }
                switch value {
                case _ where asJSON: result += JSONWriter.text(value)
                case .string(let text), .number(let text): result += text
                case .bool(let flag): result += flag ? "true" : "false"
                default: throw TemplateFlaw(name: name, reason: .structured(value.kind))
                }
            }
        }
        return result
    }
}

/// Why a template does not fit a record.
struct TemplateFlaw: Error, Equatable {
    enum Reason: Equatable {
        case missing
        /// The value is a list or an object.
        case structured(String)
    }

    var name: String
    var reason: Reason
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

extension Substring {
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.prefix(start.count - start.reversed().prefix { $0.isWhitespace }.count))
    }
}

extension String {
    fileprivate var trimmingLastLineBreak: Substring { last?.isNewline == true ? dropLast() : self[...] }
}
