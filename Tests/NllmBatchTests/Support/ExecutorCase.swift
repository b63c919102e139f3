import Foundation
import Testing

/// One request of the table that every executor is given, and what comes of it.
struct ExecutorCase: Sendable {
    /// Who answers.
    enum Model: Sendable {
        /// The test server, which behaves as this JSON tells.
        case server(String)
        /// The model of llm-echo.
        case echo
        /// `llm` has no such model.
        case nobody
    }

    enum End: Sendable {
        /// Nil where only that executors agree on it counts.
        case answer(String?)
        case failure(String, code: Int = 1, http: Int? = nil, text: String = "")
        case timeout
    }

    /// The prompt's id, and the model's name if no label is given.
    var name: String
    var model = Model.server("{}")
    var label: String?
    /// For `llm`, behind those that it is always given.
    var arguments: [String] = []
    var prompt = "Two words"
    /// More members of the prompt's line of JSON.
    var fields: String?
    var end: End?
    /// Input and output; none where the provider told none.
    var tokens: [Int] = []
    /// What only `shared` sees in an answer that `llm` takes for whole: a failure's kind and message.
    var flaw: (kind: String, message: String)?
    /// Seconds that the provider's header asks to wait, which a cold `llm` does not show.
    var wait: Double?
    /// Requests that the server sees, unless they are named for an executor.
    var requests = 1
    var requestsByExecutor: [String: Int] = [:]
    /// What may differ by nature: a pattern.
    var ignoring: String?

    /// What is said of it where it fails a test.
    var comment: Comment { Comment(rawValue: name) }

    /// What `-m` would be given.
    var modelLabel: String { label ?? name }

    /// What the server is asked for.
    var modelName: String { String(modelLabel.prefix { $0 != "[" }) }

    /// The end, which is an echo of the prompt unless the table says otherwise.
    var expectedEnd: End { end ?? .answer("echo: \(prompt)") }

    /// Whether `shared` can run it: Python's interface takes what these flags give, and one text.
    var canBeShared: Bool {
        let flags = arguments.filter { $0.hasPrefix("-") }
        return Set(flags).isSubset(of: ["-s", "-o", "-a", "--schema", "-un"]) && (arguments.isEmpty || !flags.isEmpty)
    }

    /// The same request in a line of JSON.
    func line() throws -> String {
        let members = ["id": name, "prompt": prompt, "models": [modelLabel]] as [String: Any]
        let line = String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
        return line.dropLast() + (fields.map { "," + $0 } ?? "") + "}\n"
    }
}
