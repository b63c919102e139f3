/// Anthropic's Message Batches: `{"custom_id", "params"}`.
extension BatchRequest {
    mutating func readAnthropic(_ params: PromptField) throws(FieldError) {
        var members = try BatchMembers(params.value, named: "params")
        model = members.take("model")?.stringValue
        guard case .array(let messages)? = members.take("messages") else {
            throw FieldError("no array `messages` in `params`")
        }
        add(
            "messages", .array(try messages.map { message throws(FieldError) in try Self.translated(message) }),
            from: params)
        if let system = members.take("system") { add("system", try Self.text(of: system), from: params) }
        var output = try BatchMembers(members.take("output_config"), named: "output_config")
        var form = try BatchMembers(output.take("format") ?? members.take("output_format"), named: "output_format")
        if form.take("type") != nil { add("schema", form.take("schema"), from: params) }
        try output.checkEmpty()
        var metadata = try BatchMembers(members.take("metadata"), named: "metadata")
        if let user = metadata.take("user_id") { members.put("user_id", user) }
        try members.drop("thinking", if: .object([.init("type", .string("disabled"))]))
        try members.drop("tools", if: .array([]))
        try members.drop("service_tier", if: .string("auto"), .string("standard_only"))
        members.ignore("stream", "cache_control")
        add(options: members, from: params)
    }

    /// A system prompt, which may be in blocks.
    private static func text(of system: JSONValue) throws(FieldError) -> JSONValue {
        guard case .array(let blocks) = system else { return system }
        let texts = try blocks.map { block throws(FieldError) in
            guard let text = block["text"]?.stringValue else {
                throw FieldError("`system` holds a block that is no text")
            }
            return text
        }
        return .string(texts.joined(separator: "\n"))
    }

    /// A message with its images as OpenAI writes them.
    private static func translated(_ message: JSONValue) throws(FieldError) -> JSONValue {
        guard case .object(let members) = message, case .array(let blocks)? = message["content"] else { return message }
        let parts = try blocks.map { block throws(FieldError) in try translated(block: block) }
        return .object(members.map { $0.name == "content" ? .init("content", .array(parts)) : $0 })
    }

    private static func translated(block: JSONValue) throws(FieldError) -> JSONValue {
        guard block["type"]?.stringValue == "image", let source = block["source"] else { return block }
        let url: String
        switch source["type"]?.stringValue {
        case "url": url = source["url"]?.stringValue ?? ""
        case "base64":
            url = "data:\(source["media_type"]?.stringValue ?? "");base64,\(source["data"]?.stringValue ?? "")"
        case let type: throw FieldError("an image from a source of type `\(type ?? "")`; it can be base64 or url")
        }
        return .imagePart(url)
    }
}

extension JSONValue {
    /// A part of a message with an image, as OpenAI writes it.
    static func imagePart(_ url: String) -> JSONValue {
        .object([
            .init("type", .string("image_url")), .init("image_url", .object([.init("url", .string(url))])),
        ])
    }
}
