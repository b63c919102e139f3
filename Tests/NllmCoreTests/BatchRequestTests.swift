import Testing

@testable import NllmCore

/// Lines of providers' batch files, as fields of prompts.
@Suite struct BatchRequestTests {
    /// The fields of a record as one JSON object, with the model as `model`; nil if it is no line of a batch file.
    private func fields(_ record: String) throws -> String? {
        guard case .object(let members) = try JSONParser.parse(record) else { return nil }
        guard let batch = try BatchRequest(members.map { PromptField(name: $0.name, value: $0.value) }) else {
            return nil
        }
        let model = batch.model.map { [JSONValue.Member("model", .string($0))] } ?? []
        return JSONWriter.text(.object(model + batch.fields.map { JSONValue.Member($0.name, $0.value) }))
    }

    /// A record, and the fields that it becomes.
    private static let lines: [(record: String, fields: String)] = [
        // OpenAI
        (
            #"""
            {"custom_id": "a|b c", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "m", "messages": [1],
            "max_tokens": 5, "temperature": 0, "top_p": null, "n": 1, "stream": false, "stop": ["x"], "user": "u"}}
            """#,
            #"{"model":"m","messages":[1],"options":{"max_tokens":5,"temperature":0,"stop":"x"},"id":"a|b c"}"#
        ),
        (
            #"""
            {"custom_id": "1", "url": "https://api.openai.com/v1/chat/completions", "body": {"messages": [], "n": 3, "seed": 7,
            "max_completion_tokens": 9, "stop": ["x", "y"], "response_format": {"type": "json_schema",
            "json_schema": {"name": "s", "strict": true, "schema": {"type": "object"}}}}, "metadata": 1}
            """#,
            #"{"messages":[],"schema":{"type":"object"},"samples":3,"options":{"seed":7,"max_tokens":9,"stop":["x","y"]},"id":"1","metadata":1}"#
        ),
        (
            #"{"custom_id": "1", "body": {"messages": [], "response_format": {"type": "json_object"}, "tools": []}}"#,
            #"{"messages":[],"options":{"json_object":true},"id":"1"}"#
        ),
        (
            #"""
            {"custom_id": "1", "url": "/v1/responses", "body": {"model": "m", "input": "hi", "instructions": "s",
            "max_output_tokens": 4, "reasoning": {"effort": "low"}, "text": {"verbosity": "low",
            "format": {"type": "json_schema", "name": "x", "schema": {}}}}}
            """#,
            #"{"model":"m","prompt":"hi","system":"s","schema":{},"options":{"verbosity":"low","reasoning_effort":"low","max_tokens":4},"id":"1"}"#
        ),
        (
            #"""
            {"custom_id": "1", "url": "/v1/responses", "body": {"input": [{"type": "message", "role": "user", "content": "x"}]}}
            """#,
            #"{"messages":[{"role":"user","content":"x"}],"id":"1"}"#
        ),
        // Anthropic
        (
            #"""
            {"custom_id": "1", "params": {"model": "claude-x", "max_tokens": 9, "stop_sequences": ["x"], "top_k": 4,
            "system": [{"type": "text", "text": "a", "cache_control": {}}, {"type": "text", "text": "b"}],
            "metadata": {"user_id": "u"}, "thinking": {"type": "disabled"}, "messages": [{"role": "user", "content": [
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            {"type": "image", "source": {"type": "url", "url": "https://a/b"}}, {"type": "text", "text": "x"}]}]}}
            """#,
            #"{"model":"claude-x","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":"image_url","image_url":{"url":"https://a/b"}},{"type":"text","text":"x"}]}],"system":"a\nb","options":{"max_tokens":9,"stop_sequences":["x"],"top_k":4,"user_id":"u"},"id":"1"}"#
        ),
        // Gemini
        (
            #"""
            {"key": "k", "request": {"contents": [{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts":
            [{"text": "b"}]}, {"parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}], "systemInstruction":
            {"parts": [{"text": "s"}]}, "generationConfig": {"maxOutputTokens": 5, "topK": 2, "stopSequences": ["x"],
            "responseMimeType": "application/json", "responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}},
            "thinkingConfig": {"thinkingBudget": 0}, "candidateCount": 2}}}
            """#,
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant","content":[{"type":"text","text":"b"}]},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],"system":"s","schema":{"type":"object","properties":{"a":{"type":"string"}}},"samples":2,"options":{"max_output_tokens":5,"top_k":2,"stop_sequences":["x"],"thinking_budget":0},"id":"k"}"#
        ),
        (
            #"{"request": {"model": "models/gemini-x", "contents": [{"parts": [{"text": "a"}]}], "generation_config": {"top_p": 1}}}"#,
            #"{"model":"gemini-x","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}],"options":{"top_p":1}}"#
        ),
    ]

    @Test(arguments: lines) func aLineBecomesAPrompt(line: (record: String, fields: String)) throws {
        #expect(try fields(line.record) == line.fields)
    }

    @Test(arguments: [
        #"{"prompt": "x", "body": "y"}"#, #"{"prompt": "x", "request": {"a": 1}}"#,
        #"{"prompt": "x", "params": {"a": 1}}"#,
        #"{"custom_id": "x", "prompt": "y"}"#, #"{"body": {"messages": []}, "prompt": "x"}"#,
    ]) func otherRecordsAreLeftAlone(record: String) throws {
        #expect(try fields(record) == nil)
    }

    /// What cannot be said to `llm`, and how that is told.
    private static let flaws: [(record: String, message: String)] = [
        (
            #"{"custom_id": "1", "url": "/v1/embeddings", "body": {"input": "x"}}"#,
            "`url` /v1/embeddings asks for embeddings; for these there is `llm embed-multi`"
        ),
        (
            #"{"custom_id": "1", "url": "/v1/images", "body": {}}"#,
            "`url` /v1/images can't be asked through llm; it can be /v1/chat/completions or /v1/responses"
        ),
        (#"{"custom_id": "1", "body": {}}"#, "no `messages` in `body`"),
        (#"{"custom_id": "1", "url": "/v1/responses", "body": {}}"#, "no `input` in `body`"),
        (
            #"{"custom_id": "1", "body": {"messages": [], "tools": [{}]}}"#,
            "`tools` of the batch request can't be given to llm; remove it"
        ),
        (
            #"{"custom_id": "1", "body": {"messages": [], "logprobs": true}}"#,
            "`logprobs` of the batch request can't be given to llm; remove it"
        ),
        (
            #"{"custom_id": "1", "body": {"messages": [], "response_format": {"type": "xml"}}}"#,
            "a response format of type `xml` can't be given to llm"
        ),
        (
            #"{"custom_id": "1", "url": "/v1/responses", "body": {"input": [{"type": "function_call_output"}]}}"#,
            "`input` holds an item of type `function_call_output`; only messages can be sent"
        ),
        (#"{"custom_id": "1", "params": {}}"#, "no array `messages` in `params`"),
        (
            #"{"custom_id": "1", "params": {"messages": [], "thinking": {"type": "enabled", "budget_tokens": 9}}}"#,
            "`thinking` of the batch request can't be given to llm; remove it"
        ),
        (
            #"{"key": "1", "request": {"contents": [{"parts": [{"fileData": {}}]}]}}"#,
            "`contents` holds a part that is neither text nor inline_data"
        ),
        (
            #"{"key": "1", "request": {"contents": [], "cachedContent": "x"}}"#,
            "`cachedContent` of the batch request can't be given to llm; remove it"
        ),
    ]

    @Test(arguments: flaws) func whatCannotBeSaidIsRefused(flaw: (record: String, message: String)) throws {
        let error = try #require(throws: FieldError.self) { try fields(flaw.record) }
        #expect(error.message == flaw.message)
    }
}
