/// A line of a provider's batch file: OpenAI's, Anthropic's or Gemini's.
struct BatchRequest {
    /// The line as fields of a prompt.
    var fields: [PromptField] = []
    /// The model that it names; nil if it names none.
    var model: String?

    /// The parts that hold the request itself.
    private static let parts: Set = ["body", "params", "request"]

    /// Nil if a record is no such line.
    ///
    /// - Parameter fields: the fields of a record in any format.
    /// - Throws: what cannot be asked through `llm`.
    init?(_ fields: [PromptField]) throws(FieldError) {
        guard fields.contains(where: { Self.parts.contains($0.name) }) else { return nil }
        func object(_ name: String) -> PromptField? {
            fields.first { if $0.name == name, case .object = $0.value { true } else { false } }
        }
        let names = fields.map(\.name)
        if let body = object("body"), names.contains("custom_id") || names.contains("url") {
            try readOpenAI(body, url: fields.first { $0.name == "url" }?.value)
            add(others: fields, except: ["body", "url", "method"], id: "custom_id")
        } else if let params = object("params"), names.contains("custom_id") || params.value["messages"] != nil {
            try readAnthropic(params)
            add(others: fields, except: ["params"], id: "custom_id")
        } else if let request = object("request"), request.value["contents"] != nil {
            try readGemini(request)
            add(others: fields, except: ["request"], id: "key")
        } else {
            return nil
        }
    }

    /// Fields beside the request are the prompt's own; the batch's id is its id.
    private mutating func add(others: [PromptField], except names: [String], id: String) {
        for var field in others where !names.contains(field.name) {
            if field.name == id { field.name = "id" }
            fields.append(field)
        }
    }

    // MARK: What the readers of all three use

    /// Adds a field, at the place of the part that it comes from.
    mutating func add(_ name: String, _ value: JSONValue?, from part: PromptField) {
        guard let value, value != .null else { return }
        fields.append(PromptField(name: name, value: value, line: part.line))
    }

    /// What cannot be said to `llm`, in a part of the request.
    static func refusal(of name: String) -> FieldError {
        FieldError("`\(name)` of the batch request can't be given to llm; remove it")
    }
}

/// The members of a request's part, each of which is to be taken, dropped or refused.
struct BatchMembers {
    private var members: [JSONValue.Member] = []

    /// - Parameters:
    ///   - value: an object; null counts as an empty one.
    ///   - name: what it is called in messages.
    /// - Throws: if it is something else.
    init(_ value: JSONValue?, named name: String) throws(FieldError) {
        switch value {
        case .object(let members): self.members = members.filter { $0.value != .null }
        case nil, .null: break
        case let other?: throw FieldError("`\(name)` of the batch request is \(other.kind), not an object")
        }
    }

    /// Takes a member out.
    mutating func take(_ names: String...) -> JSONValue? {
        guard let index = members.firstIndex(where: { names.contains($0.name) }) else { return nil }
        return members.remove(at: index).value
    }

    /// Takes a member out if it is an array.
    mutating func take(ifArray name: String) -> JSONValue? {
        guard let member = members.first(where: { $0.name == name }), case .array = member.value else { return nil }
        return take(name)
    }

    /// Adds a member, as an option by llm's name.
    mutating func put(_ name: String, _ value: JSONValue) {
        members.removeAll { $0.name == name }
        members.append(.init(name, value))
    }

    /// Names all members as llm names options.
    mutating func nameInSnakeCase() {
        for index in members.indices {
            members[index].name = members[index].name.map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }
                .joined()
        }
    }

    /// Takes members out that change nothing here, whatever their values.
    mutating func ignore(_ names: String...) { members.removeAll { names.contains($0.name) } }

    /// Takes a member out that changes nothing with one of these values; throws for any other.
    mutating func drop(_ name: String, if values: JSONValue...) throws(FieldError) {
        guard let value = take(name), !values.contains(value) else { return }
        throw BatchRequest.refusal(of: name)
    }

    /// What is left, as options of the model, in which lists and objects are for the model to accept.
    func options() -> [JSONValue.Member] { members }

    /// Throws for what is left.
    func checkEmpty() throws(FieldError) {
        if let member = members.first { throw BatchRequest.refusal(of: member.name) }
    }
}
