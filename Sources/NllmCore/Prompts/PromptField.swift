internal import FoundationEssentials

/// A field of a prompt as read from a file, not yet validated.
struct PromptField {
    var name: String
    var value: JSONValue
    /// The field's line; nil if it is the same as the whole prompt's.
    var line: Int?
}

/// Turns fields into a prompt, in the same way for every format.
struct PromptFieldReader {
    static let names = [
        "id", "prompt", "messages", "conversations", "turns", "system", "options", "attachments", "schema", "vars",
        "models", "samples", "assert", "metadata",
    ]

    /// A field that was renamed, which would otherwise be kept as a variable.
    static let renamed = (old: "expect", new: "assert")

    /// Digests of the attachments read so far, by path: many prompts may share one file.
    private var digests: [String: String] = [:]
    /// Schema files are relative to the directory in which `llm` runs.
    private var search = LLMFileSearch(directory: AbsolutePath.current)

    /// The prompt in a record, or everything that is wrong with it.
    ///
    /// - Parameters:
    ///   - record: the record.
    ///   - variables: fields that are kept as variables, with those in `vars`; a member of `vars` wins.
    ///   - problem: called for each problem, with its place.
    /// - Returns: the prompt, whose text is empty if nothing in the record is one; nil if there was any problem.
    mutating func prompt(
        _ record: PromptRecord, variables: [PromptField], problem: (InputPlace, String) -> Void
    ) -> Prompt? {
        var prompt = Prompt(id: record.id, text: record.text ?? "")
        var sound = true
        var seen: Set<String> = []
        for field in record.fields {
            do throws(FieldError) {
                guard seen.insert(field.name).inserted else { throw FieldError("duplicate field `\(field.name)`") }
                try take(field, of: record, into: &prompt)
            } catch {
                sound = false
                problem(record.place.at(line: field.line), error.message)
            }
        }
        prompt.vars = Self.vars(record.fields.first { $0.name == "vars" }?.value, variables)
        guard sound else { return nil }
        do throws(FieldError) {
            try takeQuestion(record, into: &prompt)
        } catch {
            problem(record.place, error.message)
            return nil
        }
        return prompt
    }

    /// The fields that say what is asked; a prompt has one of them.
    private static let questions = ["prompt", "messages", "conversations", "turns"]

    /// Whether a field says what is asked; a prompt that is null is one that is wrong.
    static func isQuestion(_ field: PromptField) -> Bool {
        field.name == "prompt" || questions.contains(field.name) && field.value != .null
    }

    private func takeQuestion(_ record: PromptRecord, into prompt: inout Prompt) throws(FieldError) {
        let asking = record.fields.filter { Self.isQuestion($0) }
        guard let first = asking.first else {
            if record.text != nil, let flaw = Self.flaw(text: prompt.text, "prompt") { throw FieldError(flaw) }
            return
        }
        if let second = asking.dropFirst().first(where: { $0.name != first.name }) {
            throw FieldError("`\(first.name)` and `\(second.name)` exclude each other; a prompt has one of them")
        }
        switch first.name {
        case "prompt": if let flaw = Self.flaw(text: prompt.text, "prompt") { throw FieldError(flaw) }
        case "turns": prompt.take(turns: try turns(first))
        default:
            var reader = MessageReader()
            let conversation = try reader.conversation(first)
            prompt.take(conversation, reader.contents)
        }
    }

    private func turns(_ field: PromptField) throws(FieldError) -> [String] {
        let turns = try strings(field)
        guard !turns.isEmpty else { throw FieldError("`turns` is empty") }
        for turn in turns {
            if let flaw = Self.flaw(text: turn, "turns") { throw FieldError("`turns`: \(flaw)") }
        }
        return turns
    }

    /// The members of `vars` with further variables, as JSON text; nil if there are none.
    private static func vars(_ own: JSONValue?, _ variables: [PromptField]) -> String? {
        guard !variables.isEmpty else { return own.flatMap { $0 == .null ? nil : JSONWriter.text($0) } }
        var members: [JSONValue.Member] = []
        if case .object(let own)? = own { members = own }
        var names = Set(members.map(\.name))
        for field in variables where names.insert(field.name).inserted {
            members.append(JSONValue.Member(field.name, field.value))
        }
        return JSONWriter.text(.object(members))
    }

    private mutating func take(
        _ field: PromptField, of record: PromptRecord, into prompt: inout Prompt
    ) throws(FieldError) {
        guard field.value != .null || field.name == "prompt" else { return }
        switch field.name {
        case "id": prompt.id = try id(field)
        case "prompt":
            guard record.text == nil else { throw FieldError("`prompt` is a field, but the text below is the prompt") }
            prompt.text = try string(field).withoutByteOrderMark
        case "messages", "conversations", "turns":
            guard record.text == nil else {
                throw FieldError("`\(field.name)` is a field, but the text below is the prompt")
            }
            guard case .array = field.value else { throw wrong(field, "an array") }
        case "system": prompt.system = try argument(field)?.withoutByteOrderMark
        case "schema":
            prompt.schema = try schema(field)
            if let text = prompt.schema, case .string = field.value { prompt.schemaFile = try schemaFile(text) }
        case "options":
            guard case .object = field.value else { throw wrong(field, "an object") }
            do { prompt.options = try ModelOption.options(field.value) } catch { throw FieldError(error.message) }
            if let name = Redaction.secret(in: ModelOption.arguments(prompt.options)) {
                throw FieldError(LLMCommand.secretRefusal(name))
            }
        case "attachments": prompt.attachments = try attachments(field, in: record.directory)
        case "models": prompt.models = try strings(field)
        case "samples":
            guard let count = field.value.intValue, Setting.samples.range.contains(Double(count)) else {
                throw FieldError("`samples` must be a whole number from \(Setting.samples.rangeText)")
            }
            prompt.samples = count
        case "vars":
            guard case .object = field.value else { throw wrong(field, "an object") }
        case "assert": prompt.grading = try grading(field)
        case Self.renamed.old:
            throw FieldError(
                "`\(field.name)` is now `\(Self.renamed.new)`, a list of assertions such as `contains:Paris`; to keep it as "
                    + "a variable, add --map vars=\(field.name)")
        case "metadata": prompt.metadata = JSONWriter.text(field.value)
        default: break
        }
    }

    /// The assertions as the JSON text of a ``Grading``.
    private func grading(_ field: PromptField) throws(FieldError) -> String {
        do throws(AssertionProblem) {
            return JSONWriter.text(Grading(try Assertion.list(json: field.value)).json)
        } catch {
            throw FieldError("`assert`: \(error.message)")
        }
    }

    private func wrong(_ field: PromptField, _ wanted: String) -> FieldError {
        let way =
            ["prompt", "vars"].contains(field.name) ? "" : "; to keep it as a variable, add --map vars=\(field.name)"
        return FieldError("`\(field.name)` is \(field.value.kind), not \(wanted)\(way)")
    }

    private func string(_ field: PromptField) throws(FieldError) -> String {
        guard let text = field.value.stringValue else { throw wrong(field, "a string") }
        return text
    }

    private func strings(_ field: PromptField) throws(FieldError) -> [String] {
        guard case .array(let elements) = field.value else { throw wrong(field, "an array of strings") }
        return try elements.map { element throws(FieldError) in
            guard let text = element.stringValue, !text.isEmpty else {
                throw FieldError("`\(field.name)` holds \(element.kind), not only non-empty strings")
            }
            return text
        }
    }

    private func id(_ field: PromptField) throws(FieldError) -> String {
        let id: String
        switch field.value {
        case .string(let text): id = text
        case .number(let text): id = text
        default: throw wrong(field, "a string")
        }
        guard !id.isEmpty else { throw FieldError("`id` is empty") }
        guard id.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw FieldError("`id` holds a control character")
        }
        return id
    }

    /// A text that `llm` takes as an argument; nil if it is empty.
    private func argument(_ field: PromptField) throws(FieldError) -> String? {
        let text = try string(field)
        if let flaw = LLMCommand.flaw(argument: text) { throw FieldError("`\(field.name)` \(flaw)") }
        return text.isEmpty ? nil : text
    }

    private func schema(_ field: PromptField) throws(FieldError) -> String? {
        switch field.value {
        case .object: try argument(PromptField(name: field.name, value: .string(JSONWriter.text(field.value))))
        case .string: try argument(field)
        default: throw wrong(field, "an object or a string")
        }
    }

    private mutating func schemaFile(_ text: String) throws(FieldError) -> RequestFile? {
        let file: RequestFile?
        do throws(FileError) {
            file = try search.file("--schema", text)
        } catch {
            throw FieldError("schema `\(text)` can't be read: \(error.reason)")
        }
        guard let file, file.digest == nil else { return file }
        guard !text.hasPrefix("t:") else { throw FieldError("schema `\(text)`: `llm` has no such template") }
        throw FieldError(
            "schema `\(text)`: no such file in \(AbsolutePath.current), and `llm` stores no schema of that id")
    }

    private mutating func attachments(
        _ field: PromptField, in directory: String
    ) throws(FieldError) -> [Attachment] {
        var attachments: [Attachment] = []
        for location in try strings(field) {
            if let flaw = LLMCommand.flaw(argument: location) { throw FieldError("an attachment \(flaw)") }
            if Attachment.isURL(location) {
                attachments.append(Attachment(location: location))
                continue
            }
            let path = AbsolutePath.resolve(location, in: directory)
            do throws(FileError) {
                if digests[path] == nil { digests[path] = try FileDigest.hexadecimal(path: path) }
                attachments.append(Attachment(location: path, digest: digests[path]))
            } catch {
                throw FieldError("attachment `\(location)` can't be read: \(error.reason)")
            }
        }
        return attachments
    }

    /// Why this text cannot be sent; nil if it can.
    static func flaw(text: String, _ name: String) -> String? {
        if text.utf8.contains(0) { return "`\(name)` holds a NUL character" }
        let blank = text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
        return blank ? "empty prompt" : nil
    }
}

/// What is wrong with a field.
struct FieldError: Error {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}
