/// Gemini's batches: `{"key", "request"}`, or a request alone; names are in camel or snake case.
extension BatchRequest {
    mutating func readGemini(_ request: PromptField) throws(FieldError) {
        var members = try BatchMembers(request.value, named: "request")
        // `models/` is a part of the API's address.
        model = members.take("model")?.stringValue.map { $0.hasPrefix("models/") ? String($0.dropFirst(7)) : $0 }
        guard case .array(let contents)? = members.take("contents") else {
            throw FieldError("`contents` of the batch request is not an array")
        }
        add(
            "messages", .array(try contents.map { content throws(FieldError) in try Self.message(content) }),
            from: request)
        if let system = members.take("system_instruction", "systemInstruction") {
            add("system", try Self.text(of: system), from: request)
        }
        var settings = try BatchMembers(
            members.take("generation_config", "generationConfig"), named: "generation_config")
        for name in ["tools", "safety_settings", "safetySettings"] { try members.drop(name, if: .array([])) }
        try members.checkEmpty()
        try readSettings(&settings, request)
    }

    private mutating func readSettings(_ settings: inout BatchMembers, _ request: PromptField) throws(FieldError) {
        switch settings.take("response_mime_type", "responseMimeType")?.stringValue {
        case nil, "text/plain": break
        case "application/json": settings.put("json_object", .bool(true))
        case let other?: throw FieldError("a response of type `\(other)` can't be asked through llm")
        }
        if let schema = settings.take(
            "response_schema", "responseSchema", "response_json_schema", "responseJsonSchema")
        {
            _ = settings.take("json_object")
            add("schema", Self.schema(schema), from: request)
        }
        if let count = settings.take("candidate_count", "candidateCount"), count != .number("1") {
            add("samples", count, from: request)
        }
        var thinking = try BatchMembers(settings.take("thinking_config", "thinkingConfig"), named: "thinking_config")
        for (name, camel) in [("thinking_budget", "thinkingBudget"), ("thinking_level", "thinkingLevel")] {
            if let value = thinking.take(name, camel) { settings.put(name, value) }
        }
        thinking.ignore("include_thoughts", "includeThoughts")
        try thinking.checkEmpty()
        settings.nameInSnakeCase()
        add(options: settings, from: request)
    }

    private static func message(_ content: JSONValue) throws(FieldError) -> JSONValue {
        let role = content["role"]?.stringValue ?? "user"
        guard case .array(let parts)? = content["parts"] else {
            throw FieldError("`contents` holds an element without `parts`")
        }
        return .object([
            .init("role", .string(role == "model" ? "assistant" : role)),
            .init("content", .array(try parts.map { part throws(FieldError) in try Self.part(part) })),
        ])
    }

    private static func part(_ part: JSONValue) throws(FieldError) -> JSONValue {
        if let text = part["text"] { return .object([.init("type", .string("text")), .init("text", text)]) }
        guard let data = part["inline_data"] ?? part["inlineData"], let text = data["data"]?.stringValue,
            let type = (data["mime_type"] ?? data["mimeType"])?.stringValue
        else { throw FieldError("`contents` holds a part that is neither text nor inline_data") }
        return .imagePart("data:\(type);base64,\(text)")
    }

    private static func text(of system: JSONValue) throws(FieldError) -> JSONValue {
        guard case .array(let parts)? = system["parts"] else {
            guard system.stringValue != nil else { throw FieldError("`system_instruction` has no `parts`") }
            return system
        }
        let texts = try parts.map { part throws(FieldError) in
            guard let text = part["text"]?.stringValue else {
                throw FieldError("`system_instruction` holds a part that is no text")
            }
            return text
        }
        return .string(texts.joined(separator: "\n"))
    }

    /// A schema with its types as JSON Schema writes them, which Gemini also writes in capitals.
    private static func schema(_ schema: JSONValue) -> JSONValue {
        switch schema {
        case .object(let members):
            .object(
                members.map { member in
                    if member.name == "type", case .string(let type) = member.value {
                        return .init("type", .string(type.lowercased()))
                    }
                    return .init(member.name, self.schema(member.value))
                })
        case .array(let elements): .array(elements.map(self.schema))
        default: schema
        }
    }
}
