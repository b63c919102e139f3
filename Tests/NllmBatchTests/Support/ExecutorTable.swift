import Foundation

/// The requests that every executor is given: every fourth, or all with `NLLM_BATCH_SOAK=1`.
enum ExecutorTable {
    private static let step = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1" ? 1 : 4
    /// Asked for with nobody watching: `shared` does not have them streamed.
    static let unwatched = some(flags + refusals + errors + answers + texts) + unstreamed
    /// Asked for while somebody watches, so that each executor streams them.
    static let watched = some(faults).map(\.streamed)
    /// The same as what is watched, each told not to stream.
    static let unstreamed = some(faults).map(\.whole)
    /// Has a time limit of some seconds.
    static let hanging = [ExecutorCase(name: "hanging", model: .server(#"{"hang": true}"#), end: .timeout)]

    private static func some<Case>(_ all: [Case]) -> [Case] {
        stride(from: 0, to: all.count, by: step).map { all[$0] }
    }

    private static let sees = #"{"llm": {"vision": true}}"#
    private static let schemaAnswer = #"{"llm": {"supports_schema": true}, "answer": "{\"name\": \"Rex\"}"}"#
    private static let fences =
        #"{"answer": "Here:\n```python\nprint(1)\n```\nand\n```\nprint(2)\n```\n"}"#

    /// Every class of flags that `llm` has for a cell.
    private static let flags = [
        ExecutorCase(name: "plain", tokens: [2, 3]),
        ExecutorCase(name: "system", fields: #""system": "Be brief.""#, tokens: [4, 3]),
        ExecutorCase(name: "system as flag", arguments: ["-s", "Be brief."], tokens: [4, 3]),
        ExecutorCase(name: "options", fields: #""options": {"temperature": 0.5, "max_tokens": 9}"#, tokens: [2, 3]),
        ExecutorCase(name: "option as flag", arguments: ["-o", "temperature", "0.5"], tokens: [2, 3]),
        ExecutorCase(name: "options in label", label: "labelled[temperature=0.25,seed=7]", tokens: [2, 3]),
        ExecutorCase(name: "user's own option", tokens: [2, 3]),
        ExecutorCase(
            name: "schema", model: .server(schemaAnswer), fields: #""schema": "name, age int""#,
            end: .answer("{\"name\": \"Rex\"}"), tokens: [2, 2]),
        ExecutorCase(
            name: "schema in file", model: .server(schemaAnswer), arguments: ["--schema", "schema.json"],
            end: .answer("{\"name\": \"Rex\"}"), tokens: [2, 2]),
        ExecutorCase(
            name: "schema for several", model: .server(schemaAnswer), arguments: ["--schema-multi", "name, age int"],
            end: .answer("{\"name\": \"Rex\"}\n"), tokens: [2, 2]),
        ExecutorCase(
            name: "extract", model: .server(fences), arguments: ["-x"], end: .answer("print(1)\n"), tokens: [2, 8]),
        ExecutorCase(
            name: "extract last", model: .server(fences), arguments: ["--xl"], end: .answer("print(2)\n"),
            tokens: [2, 8]),
        ExecutorCase(name: "extract from no fence", arguments: ["-x"], tokens: [2, 3]),
        ExecutorCase(
            name: "fragments", arguments: ["-f", "note.txt", "--sf", "note.txt"],
            end: .answer("echo: A note, noted.\n\nTwo words"), tokens: [8, 6]),
        ExecutorCase(
            name: "template", arguments: ["-t", "poem", "-p", "topic", "cats"],
            end: .answer("echo: On cats: Two words"), tokens: [5, 5]),
        ExecutorCase(name: "attachment", model: .server(sees), fields: #""attachments": ["dot.png"]"#, tokens: [2, 3]),
        ExecutorCase(name: "attachment as flag", model: .server(sees), arguments: ["-a", "dot.png"], tokens: [2, 3]),
        ExecutorCase(
            name: "attachment with type", model: .server(sees), arguments: ["--at", "dot.png", "image/png"],
            tokens: [2, 3]),
        ExecutorCase(
            name: "word more", arguments: ["and more"], end: .answer("echo: Two words and more"), tokens: [4, 5]),
        ExecutorCase(name: "usage, no log", arguments: ["-un"], tokens: [2, 3]),
        ExecutorCase(name: "no stream", arguments: ["--no-stream"], tokens: [2, 3]),
        ExecutorCase(
            name: "JSON", arguments: ["--json"], end: .answer(nil), tokens: [2, 3],
            ignoring: #""(id|conversation_id|datetime_utc|duration_ms|created)": .*"#),
        // The model tells whether it was to stream.
        ExecutorCase(
            name: "reasoning", model: .echo, fields: #""options": {"thinking": true}"#, end: .answer(nil),
            tokens: [2, 24], ignoring: #""stream": (true|false)"#),
        ExecutorCase(
            name: "reasoning hidden", model: .echo, arguments: ["-o", "thinking", "1", "-R"], end: .answer(nil),
            tokens: [2, 24]),
        ExecutorCase(
            name: "function", model: .echo,
            arguments: ["--functions", "def f() -> str:\n    '''Gives a text.'''\n    return 'from f'\n"],
            prompt: #"{"prompt": "x", "tool_calls": [{"name": "f"}]}"#, end: .answer(nil), tokens: [7, 45],
            ignoring: #""tool_call_id": .*"#),
        ExecutorCase(
            name: "tool", model: .echo, arguments: ["-T", "llm_version"],
            prompt: #"{"prompt": "x", "tool_calls": [{"name": "llm_version"}]}"#, end: .answer(nil), tokens: [6, 44],
            ignoring: #""tool_call_id": .*"#),
    ]

    /// What `llm` refuses before it asks anyone.
    private static let refusals = [
        refusal("option unknown", fields: #""options": {"foo": 1}"#),
        refusal("option out of range", fields: #""options": {"temperature": 3}"#),
        refusal("flag unknown", arguments: ["--bogus"], code: 2),
        refusal("attachment of no type", model: .server(sees), arguments: ["-a", "odd"], code: 2),
        refusal("attachment unsupported", fields: #""attachments": ["dot.png"]"#),
        refusal("template missing", arguments: ["-t", "no-such"]),
        refusal("parameter missing", arguments: ["-t", "poem"]),
        refusal("fragment missing", arguments: ["-f", "no-such"]),
        refusal("tool unknown", arguments: ["-T", "no_such"]),
        refusal("function that is no Python", arguments: ["--functions", "def ("]),
        refusal("schema that is none", model: .server(schemaAnswer), arguments: ["--schema", "nonsense"], code: 2),
        refusal("schema unsupported", fields: #""schema": {"type": "object"}"#),
        refusal("nope-1", model: .nobody, kind: "model_unknown"),
        refusal("no key", model: .server(#"{"llm": {"api_key_name": "no-such-key"}}"#), kind: "auth"),
    ]

    private static func refusal(
        _ name: String, model: ExecutorCase.Model = .server("{}"), arguments: [String] = [], fields: String? = nil,
        kind: String = "request", code: Int = 1
    ) -> ExecutorCase {
        ExecutorCase(
            name: name, model: model, arguments: arguments, fields: fields, end: .failure(kind, code: code), requests: 0
        )
    }

    /// What a provider refuses, and where none is reached.
    private static let errors =
        [
            onefold(400, "request"), onefold(401, "auth"), onefold(403, "auth"), onefold(404, "model_unknown"),
            onefold(413, "request"), onefold(422, "request"), threefold(408, "network"), threefold(409, "network"),
            threefold(500, "server"), threefold(502, "server"), threefold(503, "overloaded"),
            threefold(504, "server"), threefold(529, "overloaded"),
            // The same seconds stand in the message.
            threefold("429", #"{"status": 429, "retry_after": 0.02}"#, "rate_limited", http: 429),
            threefold("429 without header", #"{"status": 429}"#, "rate_limited", http: 429),
            threefold(
                "429 with header alone", #"{"status": 429, "message": "Slow down.", "retry_after": 0.2}"#,
                "rate_limited", http: 429, wait: 0.2),
            // More than the SDK waits.
            ExecutorCase(
                name: "429, long wait", model: .server(#"{"fail": {"status": 429, "retry_after": 200}}"#),
                end: .failure("rate_limited", http: 429)),
            threefold(
                "quota", #"{"status": 429, "code": "insufficient_quota", "retry_after": 0.01}"#, "quota", http: 429,
                wait: 0.01),
            threefold("page", #"{"status": 502, "html": true, "retry_after": 0.01}"#, "server", http: 502, wait: 0.01),
            ExecutorCase(
                name: "plain text", model: .server(#"{"fail": {"status": 422, "body": "plainly wrong"}}"#),
                end: .failure("request", http: 422)),
            ExecutorCase(
                name: "reset", model: .server(#"{"reset": true}"#), end: .failure("network"),
                requestsByExecutor: ["process": 3]),
            ExecutorCase(
                name: "refused", model: .server(#"{"llm": {"api_base": "http://127.0.0.1:1/v1"}}"#),
                end: .failure("network"), requests: 0),
        ]

    /// A failing status with which the provider's own error comes.
    private static func onefold(_ status: Int, _ kind: String) -> ExecutorCase {
        ExecutorCase(
            name: "\(status)", model: .server(#"{"fail": {"status": \#(status)}}"#), end: .failure(kind, http: status))
    }

    private static func threefold(_ status: Int, _ kind: String) -> ExecutorCase {
        threefold(
            "\(status)", #"{"status": \#(status), "retry_after": 0.01}"#, kind, http: status, wait: 0.01)
    }

    /// A failing status for which the SDK of a cold `llm` asks three times.
    private static func threefold(
        _ name: String, _ step: String, _ kind: String, http: Int, wait: Double? = nil
    ) -> ExecutorCase {
        ExecutorCase(
            name: name, model: .server(#"{"fail": \#(step)}"#), end: .failure(kind, http: http), wait: wait,
            requestsByExecutor: ["process": 3])
    }

    /// Answers with something missing.
    private static let answers = [
        ExecutorCase(
            name: "length", model: .server(#"{"finish_reason": "length"}"#), tokens: [2, 3],
            flaw: ("truncated", "finish reason: length")),
        ExecutorCase(
            name: "filtered", model: .server(#"{"finish_reason": "content_filter", "answer": "Half"}"#),
            end: .answer("Half"), tokens: [2, 1], flaw: ("filtered", "finish reason: content_filter")),
        ExecutorCase(name: "empty", model: .server(#"{"answer": ""}"#), end: .answer(""), tokens: [2, 0]),
        ExecutorCase(name: "null", model: .server(#"{"answer": null}"#), end: .answer(""), tokens: [2, 0]),
        // Not streamed, such an answer is lost; `shared` then asks for a stream.
        ExecutorCase(name: "no usage", model: .server(#"{"usage": false}"#), requestsByExecutor: ["shared": 2]),
        ExecutorCase(
            name: "no usage, no stream", model: .server(#"{"usage": false}"#), arguments: ["--no-stream"],
            end: .failure("request")),
        ExecutorCase(
            name: "usage with details",
            model: .server(#"{"usage_details": {"prompt_tokens_details": {"cached_tokens": 3}}}"#), tokens: [2, 3]),
    ]

    /// Odd bytes in prompts and answers, and many of them.
    private static let texts = [
        ExecutorCase(name: "line ends", prompt: "a\r\nb\rc\n\n", tokens: [3, 4]),
        ExecutorCase(name: "byte order mark", prompt: "\u{FEFF}x", end: .answer("echo: x"), tokens: [1, 2]),
        ExecutorCase(name: "dashes", prompt: "--help -m x", tokens: [3, 4]),
        ExecutorCase(name: "separators", prompt: "a\u{2028}b\u{2029}c\u{85}d", tokens: [4, 5]),
        ExecutorCase(name: "composed characters", prompt: "👩‍👩‍👧‍👦 é e\u{301} 🇨🇭", tokens: [4, 5]),
        ExecutorCase(
            name: "control characters", prompt: "\u{1}\u{7}\u{1B}[31mred\u{1B}[0m\u{7F}",
            end: .answer("echo: \u{1}\u{7}red\u{7F}"), tokens: [1, 2]),
        ExecutorCase(name: "blanks around", prompt: "  \n\t hi \t\n ", tokens: [1, 2]),
        ExecutorCase(name: "a long line", prompt: String(repeating: "x", count: 200_000), tokens: [1, 2]),
        ExecutorCase(name: "a megabyte", prompt: String(repeating: "0123456789äöü€", count: 60_000), tokens: [1, 2]),
        ExecutorCase(
            name: "a megabyte of lines", model: .server(#"{"llm": {"can_stream": false}}"#),
            prompt: String(repeating: "0123456789 äöü €\r\n", count: 50_000), tokens: [150_000, 150_001]),
        ExecutorCase(
            name: "thousands of tokens", model: .server(#"{"answer_tokens": 1500}"#),
            prompt: String(repeating: "word ", count: 1200),
            end: .answer((1...1500).map { "word\($0)" }.joined(separator: " ") + "\n"), tokens: [1200, 1500]),
        ExecutorCase(
            name: "colours in the answer", model: .server(#"{"answer": "\u001b[31mred\u001b[0m … ünïcödé 😀\n\n"}"#),
            end: .answer("red … ünïcödé 😀\n\n"), tokens: [2, 4]),
        ExecutorCase(
            name: "NUL in the answer", model: .server(#"{"answer": "a\u0000b\u2028c\rd\r\n"}"#),
            end: .answer("a\u{0}b\u{2028}c\rd\r\n"), tokens: [2, 3]),
    ]

    /// What goes wrong in an answer's middle, which reads differently where there is no stream.
    private static let faults = [
        fault(
            "words", #"{"answer_tokens": 3}"#, .answer("word1 word2 word3"), .answer("word1 word2 word3"), [2, 3]),
        fault("cut", #"{"cut_after": 2}"#, .answer("echo: Two "), .failure("network"), isCut: true),
        // The last word is lost where the reset comes before it is read.
        fault(
            "reset amid", #"{"reset_after": 3, "answer_tokens": 6, "token_ms": 300}"#,
            .failure("network", text: "word1 word2 "), .failure("network"), ignoring: "word3 "),
        fault(
            "error amid", #"{"stream_error": 2, "answer_tokens": 4}"#, .failure("server", text: "word1 word2 "),
            .failure("server", http: 500)),
        // The place where it breaks off depends on a number in the server's answer.
        fault("broken JSON", #"{"bad_json": true}"#, .failure("server"), .failure("server"), ignoring: #"\d+"#),
        fault("no choices", #"{"empty_choices": true}"#, .answer(""), .failure("server"), [2, 3]),
        // llm's asynchronous interface looks for another attribute first.
        fault(
            "page for an answer", #"{"html_200": true}"#, .failure("request", code: 0, text: ""), .failure("request"),
            // A cold `llm` does not show what was sent.
            ignoring: "'(usage|model_dump)'|^the server('s answer held| sent).*$|^'str' object.*$"),
        fault(
            "no Unicode", #"{"answer": "half \ud83d"}"#, .answer("half \u{FFFD}"), .answer("half \u{FFFD}"),
            [2, 2]),
    ]

    /// A fault in two requests: one that is streamed, and one that is not.
    private static func fault(
        _ name: String, _ behaviour: String, _ streamed: ExecutorCase.End, _ whole: ExecutorCase.End,
        _ tokens: [Int] = [], isCut: Bool = false, ignoring: String? = nil
    ) -> (streamed: ExecutorCase, whole: ExecutorCase) {
        var one = ExecutorCase(
            name: name, model: .server(behaviour), end: streamed, tokens: tokens, ignoring: ignoring)
        var other = one
        if isCut { one.flaw = ("truncated", "the answer broke off: no finish reason came") }
        (other.name, other.arguments, other.end) = ("\(name), not streamed", ["--no-stream"], whole)
        if case .failure(let kind, _, let http, _) = whole {
            other.tokens = []
            // Not streamed, it is one of the failures that the SDK of a cold `llm` tries again.
            if kind == "network" || http != nil { other.requestsByExecutor = ["process": 3] }
        }
        return (one, other)
    }
}
