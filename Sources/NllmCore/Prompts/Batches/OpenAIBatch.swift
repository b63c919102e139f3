/// OpenAI's Batch API: `{"custom_id", "method", "url", "body"}`.
extension BatchRequest {
    mutating func readOpenAI(_ body: PromptField, url: JSONValue?) throws(FieldError) {
        // Without the server; some write the whole address.
        let address = url?.stringValue ?? "/v1/chat/completions"
        let path = address.firstRange(of: "/v1/").map { String(address[$0.lowerBound...]) } ?? address
        var members = try BatchMembers(body.value, named: "body")
        model = members.take("model")?.stringValue
        switch path {
        case "/v1/chat/completions": try readChat(&members, body)
        case "/v1/responses": try readResponses(&members, body)
        case "/v1/embeddings":
            throw FieldError("`url` \(path) asks for embeddings; for these there is `llm embed-multi`")
        default:
            throw FieldError(
                "`url` \(path) can't be asked through llm; it can be /v1/chat/completions or /v1/responses")
        }
        try readCommon(&members, body)
    }

    private mutating func readChat(_ members: inout BatchMembers, _ body: PromptField) throws(FieldError) {
        guard let messages = members.take("messages") else { throw FieldError("no `messages` in `body`") }
        add("messages", messages, from: body)
        var form = try BatchMembers(members.take("response_format"), named: "response_format")
        var schema = try BatchMembers(form.take("json_schema"), named: "json_schema")
        try readForm(form.take("type"), schema: schema.take("schema"), &members, body)
        try members.drop("logprobs", if: .bool(false))
        try members.drop("modalities", if: .array([.string("text")]))
        members.ignore("stream_options")
    }

    private mutating func readResponses(_ members: inout BatchMembers, _ body: PromptField) throws(FieldError) {
        switch members.take("input") {
        case .string(let text)?: add("prompt", .string(text), from: body)
        case .array(let items)?:
            add("messages", .array(try items.map { item throws(FieldError) in try Self.message(item) }), from: body)
        default: throw FieldError("no `input` in `body`")
        }
        add("system", members.take("instructions"), from: body)
        var text = try BatchMembers(members.take("text"), named: "text")
        var form = try BatchMembers(text.take("format"), named: "format")
        try readForm(form.take("type"), schema: form.take("schema"), &members, body)
        if let verbosity = text.take("verbosity") { members.put("verbosity", verbosity) }
        try text.checkEmpty()
        var reasoning = try BatchMembers(members.take("reasoning"), named: "reasoning")
        for name in ["effort", "summary"] {
            if let value = reasoning.take(name) { members.put("reasoning_" + name, value) }
        }
        try reasoning.checkEmpty()
        members.ignore("truncation", "background")
    }

    /// An item of `input`, without the type that a message may have.
    private static func message(_ item: JSONValue) throws(FieldError) -> JSONValue {
        guard case .object(let members) = item else { return item }
        let type = item["type"]?.stringValue ?? "message"
        guard type == "message" else {
            throw FieldError("`input` holds an item of type `\(type)`; only messages can be sent")
        }
        return .object(members.filter { !["type", "id", "status"].contains($0.name) })
    }

    private mutating func readForm(
        _ type: JSONValue?, schema: JSONValue?, _ members: inout BatchMembers, _ body: PromptField
    ) throws(FieldError) {
        switch type?.stringValue {
        case nil, "text": break
        case "json_object": members.put("json_object", .bool(true))
        case "json_schema":
            guard let schema else { throw FieldError("the response format has no `schema`") }
            add("schema", schema, from: body)
        case let other?: throw FieldError("a response format of type `\(other)` can't be given to llm")
        }
    }

    private mutating func readCommon(_ members: inout BatchMembers, _ body: PromptField) throws(FieldError) {
        members.ignore("stream", "store", "metadata", "user", "safety_identifier", "prompt_cache_key")
        for name in ["tools", "functions", "include"] { try members.drop(name, if: .array([])) }
        try members.drop("tool_choice", if: .string("none"), .string("auto"))
        members.ignore("parallel_tool_calls")
        try members.drop("service_tier", if: .string("auto"), .string("default"))
        if let count = members.take("n"), count != .number("1") { add("samples", count, from: body) }
        if let most = members.take("max_completion_tokens", "max_output_tokens") { members.put("max_tokens", most) }
        // llm takes one text.
        if case .array(let texts)? = members.take(ifArray: "stop") {
            members.put("stop", texts.count == 1 ? texts[0] : .array(texts))
        }
        add(options: members, from: body)
    }

    /// Adds what is left of a request as options; none are no field.
    mutating func add(options members: BatchMembers, from part: PromptField) {
        let options = members.options()
        if !options.isEmpty { add("options", .object(options), from: part) }
    }
}
