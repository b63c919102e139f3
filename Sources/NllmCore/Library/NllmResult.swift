/// The result of one cell, as in the artifacts.
public struct NllmResult: Sendable, Equatable {
    /// Whether there is a good answer.
    public enum Status: String, Sendable {
        /// There is.
        case ok
        /// The last attempt failed.
        case error
        /// The last attempt exceeded the time limit.
        case timeout
    }

    /// The model's label.
    public let model: String
    /// Whether there is a good answer.
    public let status: Status
    /// Duration of the last attempt in milliseconds.
    public let durationMilliseconds: Int
    /// The exit code of `llm`; -1 if it timed out, was killed, or never started.
    public let exitCode: Int
    /// What `llm` printed.
    public let text: String
    /// The command line that was run, secrets replaced.
    public let command: [String]
    /// The end of standard error, secrets replaced.
    public let stderrTail: String
    /// The object or array found in the text; nil if there is none.
    public let json: JSONValue?
    /// The prompt's id.
    public let promptID: String
    /// The sample, from 1.
    public let sample: Int
    /// The number of attempts; interrupted ones do not count.
    public let attempts: Int
    /// Why there is no good answer, or what is wrong with it; nil for a good one.
    public let failureKind: FailureKind?
    /// The failure in the words of the provider or `llm`.
    public let failureMessage: String?
    /// The whole result as in the artifacts, including `meta` and `metadata`.
    public let document: JSONValue

    /// Reads a line of `results.jsonl` or a file of `results/`; nil if it is neither.
    public init?(_ document: JSONValue) {
        guard let model = document["model"]?.stringValue,
            let status = document["status"]?.stringValue.flatMap(Status.init)
        else { return nil }
        self.model = model
        self.status = status
        durationMilliseconds = document["duration_ms"]?.intValue ?? 0
        exitCode = document["exit_code"]?.intValue ?? -1
        text = document["text"]?.stringValue ?? ""
        command = document["command"]?.stringValues ?? []
        stderrTail = document["stderr_tail"]?.stringValue ?? ""
        json = document["json"].flatMap { $0 == .null ? nil : $0 }
        promptID = document["prompt_id"]?.stringValue ?? ""
        sample = document["sample"]?.intValue ?? 1
        attempts = document["attempts"]?.intValue ?? 1
        failureKind = document["failure"]?["kind"]?.stringValue.flatMap(FailureKind.init)
        failureMessage = document["failure"]?["message"]?.stringValue
        self.document = document
    }

    /// Input tokens, if reported.
    public var tokensInput: Int? { document["meta"]?["tokens_input"]?.intValue }

    /// Output tokens, if reported.
    public var tokensOutput: Int? { document["meta"]?["tokens_output"]?.intValue }

    /// US dollars, if tokens and prices are known.
    public var costEstimated: Double? { document["meta"]?["cost_estimated"]?.doubleValue }
}
