/// Turns the JSON text of records, which are objects or strings, into prompts.
struct JSONRecord {
    private let source: PromptSource
    private let input: TextInput
    /// Whether text that is not valid was reported, which is said once per file.
    private(set) var hasInvalidText = false

    init(_ source: PromptSource, _ input: TextInput) {
        self.source = source
        self.input = input
    }

    /// Takes the record in these bytes.
    ///
    /// - Parameters:
    ///   - bytes: the record alone.
    ///   - id: the number that names a prompt without an id.
    ///   - line: where it starts.
    ///   - element: its number in an array, if others start on the same line.
    ///   - isOnly: whether it is all that there is, so that it may be an object around the records.
    ///   - collector: receives the prompt, or what is wrong.
    /// - Throws: if the collector cannot take it.
    mutating func take(
        _ bytes: ArraySlice<UInt8>, id: Int, at line: Int, element: Int? = nil, isOnly: Bool = false,
        into collector: inout PromptCollector
    ) throws {
        let place = InputPlace(file: source.path, line: line, element: element)
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(bytes)
        } catch {
            return try report(error, in: bytes, place, &collector)
        }
        let fields: [PromptField]
        switch value {
        case .string: fields = [PromptField(name: "prompt", value: value)]
        case .object(let members): fields = members.map { PromptField(name: $0.name, value: $0.value) }
        default: return collector.report(place, "\(value.kind), not an object with a `prompt`, or a string")
        }
        if isOnly, !collector.knowsFields, let wrapper = JSONWrapper(value) {
            return collector.report(place, wrapper.refusal(source))
        }
        try collector.take(
            PromptRecord(
                fields: fields, id: PromptCollector.id(line: id), place: place, directory: source.directory),
            of: source)
    }

    private mutating func report(
        _ error: JSONError, in bytes: ArraySlice<UInt8>, _ place: InputPlace, _ collector: inout PromptCollector
    ) throws {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            guard !hasInvalidText else { return }
            hasInvalidText = true
            return collector.report(place, try source.flawOfEncoding(input))
        }
        // The place is where the record starts.
        let lines = bytes.prefix(error.offset).split(separator: 0x0A, omittingEmptySubsequences: false)
        let line = lines.count > 1 ? "line \((place.line ?? 1) + lines.count - 1), " : ""
        let column = String(decoding: lines.last ?? [], as: UTF8.self).count + 1
        collector.report(place, "\(line)column \(column): \(error.message)")
    }
}

/// An object around the array that holds the records, such as `{"data": […]}`.
private struct JSONWrapper {
    private let name: String

    /// The wrapper that a value is; nil if it is a record.
    init?(_ value: JSONValue) {
        guard case .object(let members) = value, !members.contains(where: { Self.own.contains($0.name) }) else {
            return nil
        }
        let arrays = members.filter { member in
            guard case .array(let elements) = member.value, !elements.isEmpty else { return false }
            return elements.allSatisfy { if case .object = $0 { true } else { false } }
        }
        guard arrays.count == 1 else { return nil }
        name = arrays[0].name
    }

    /// Names of fields that records have.
    private static let own = Set(PromptFieldReader.names).union(["messages", "conversations", "turns", "contents"])

    func refusal(_ source: PromptSource) -> String {
        let isPlain =
            name.utf8.first?.isDigit == false
            && name.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "_") }
        let filter = isPlain ? ".\(name)[]" : ".[\(JSONValue.string(name))][]"
        let file = source.kind == .standardInput ? "" : " " + ShellWord.quote(source.path)
        return "an object around the prompts, which are in its array `\(name)`; unwrap it: "
            + "jq -c \(ShellWord.quote(filter))\(file) | nllm-batch enqueue -"
    }
}
