/// A prompt as the page has it.
struct PagePrompt {
    /// The characters of its text that the grid shows.
    private static let startLength = 160

    let prompt: Prompt

    /// What the grid needs, as an array; rows.js names its elements.
    ///
    /// - Parameters:
    ///   - cells: the rows of its cells.
    ///   - block: the number of the block with ``details``.
    /// - Returns: the array.
    func row(cells: [JSONValue], block: Int) -> JSONValue {
        .array([
            .string(prompt.id), .string(prompt.text.oneLine.shortened(to: Self.startLength)),
            Self.parsed(prompt.metadata) ?? .null, .integer(block), .array(cells),
        ])
    }

    /// What is shown when one of its cells is opened: what is known, without what is not.
    var details: JSONValue {
        var members = [JSONValue.Member("text", .string(prompt.text))]
        func add(_ name: String, _ value: JSONValue?) { if let value { members.append(.init(name, value)) } }
        add("messages", prompt.conversation?.json)
        if !prompt.turns.isEmpty { add("turns", .strings(prompt.turns)) }
        add("system", prompt.system.map(JSONValue.string))
        add("schema", prompt.schema.map(JSONValue.string))
        if !prompt.options.isEmpty { add("options", ModelOption.json(prompt.options)) }
        if prompt.isInArguments { add("in_arguments", .bool(true)) }
        if !prompt.attachments.isEmpty { add("attachments", .strings(prompt.attachments.map(\.location))) }
        add("vars", Self.parsed(prompt.vars))
        return .object(members)
    }

    private static func parsed(_ text: String?) -> JSONValue? { text.flatMap { try? JSONParser.parse($0) } }
}
