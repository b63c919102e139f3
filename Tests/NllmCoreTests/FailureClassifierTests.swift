import Testing

@testable import NllmCore

@Suite struct FailureClassifierTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var stderr: String
        var kind: FailureKind
        var code: Int32 = 1
        var status: Int?
        var retryAfter: Double?

        var testDescription: String { String(stderr.prefix(40)) }
    }

    /// What `llm` writes for each failure, as measured.
    static let cases: [Case] = [
        Case(stderr: "Error: Error code: 400 - {'error': {'message': 'context length'}}", kind: .request, status: 400),
        Case(stderr: "Error: Error code: 413 - too large", kind: .request, status: 413),
        Case(stderr: "Error: Error code: 422 - unprocessable", kind: .request, status: 422),
        Case(stderr: "Error: Error code: 401 - Incorrect API key provided", kind: .auth, status: 401),
        Case(stderr: "Error: Error code: 403 - forbidden", kind: .auth, status: 403),
        Case(stderr: "Error: Error code: 404 - The model `x` does not exist", kind: .modelUnknown, status: 404),
        Case(stderr: "Error: Error code: 408 - timeout", kind: .network, status: 408),
        Case(stderr: "Error: Error code: 409 - conflict", kind: .network, status: 409),
        Case(
            stderr: "Error: Error code: 429 - Rate limit reached for x. Please try again in 20s.", kind: .rateLimited,
            status: 429, retryAfter: 20),
        Case(
            stderr: "Error: Error code: 429 - Please try again in 634ms. Visit …", kind: .rateLimited, status: 429,
            retryAfter: 0.634),
        Case(stderr: "Error: Error code: 429 - retry after 0", kind: .rateLimited, status: 429),
        Case(stderr: "Error: Error code: 429 - try again in 1m2s.", kind: .rateLimited, status: 429, retryAfter: 62),
        Case(
            stderr:
                "Error: Error code: 429 - You exceeded your current quota, please check your plan and billing details.",
            kind: .quota, status: 429),
        Case(stderr: "Error: Error code: 500", kind: .server, status: 500),
        Case(stderr: "Error: Error code: 502 - bad gateway", kind: .server, status: 502),
        Case(stderr: "Error: Error code: 504 - gateway timeout", kind: .server, status: 504),
        Case(stderr: "Error: Error code: 503 - The server is overloaded", kind: .overloaded, status: 503),
        Case(stderr: "Error: Error code: 529 - Overloaded", kind: .overloaded, status: 529),
        Case(stderr: "Error: 429: rate_limited - slow down", kind: .rateLimited, status: 429),
        Case(stderr: "Error: Connection error.", kind: .network),
        Case(stderr: "Error: The server had an error while processing your request", kind: .server),
        Case(stderr: "Error: Unterminated string starting at: line 1 column 2 (char 1)", kind: .server),
        Case(stderr: "Error: list index out of range", kind: .server),
        Case(stderr: "Error: 'str' object has no attribute 'usage'", kind: .request),
        Case(stderr: "Error: Request timed out.", kind: .timeout),
        Case(stderr: "Error: 'Unknown model: nope-1'", kind: .modelUnknown),
        Case(
            stderr:
                "Error: No key found - add one using 'llm keys set openai' or set the OPENAI_API_KEY environment variable",
            kind: .auth),
        Case(stderr: "Error: foo\n  Extra inputs are not permitted", kind: .request),
        Case(stderr: "Error: temperature\n  Input should be less than or equal to 2", kind: .request),
        Case(stderr: "Error: Invalid template: x", kind: .request),
        Case(stderr: "Error: Missing variables: x", kind: .request),
        Case(stderr: "Error: Fragment 'x' not found", kind: .request),
        Case(stderr: "Error: Tool(s) x not found. Available tools: y", kind: .request),
        Case(stderr: "Error: Error in --functions definition: invalid syntax (<string>, line 1)", kind: .request),
        Case(stderr: "Error: Schema file contained invalid JSON: x", kind: .request),
        Case(stderr: "Error: No conversation found with id=x", kind: .request),
        Case(stderr: "Usage: llm prompt [OPTIONS] [PROMPT]\n\nError: No such option: --nope", kind: .request, code: 2),
        Case(
            stderr: "Traceback (most recent call last):\n  File …\nsqlite3.OperationalError: database is locked",
            kind: .locked),
        Case(stderr: "Traceback …\nsqlite3.OperationalError: no such table: log", kind: .locked),
        Case(stderr: "sqlite3.IntegrityError: UNIQUE constraint failed: _llm_migrations.name", kind: .locked),
        Case(stderr: "Error: The model is overloaded. Please try again later.", kind: .overloaded),
        Case(stderr: "Error: API key not valid. Please pass a valid API key.", kind: .auth),
        Case(stderr: "Aborted!", kind: .crashed),
        Case(stderr: "", kind: .crashed),
        Case(stderr: "something odd", kind: .crashed, code: 3),
    ]

    @Test(arguments: cases)
    func eachMessageHasItsKind(_ example: Case) {
        let failure = FailureClassifier().failure(code: example.code, stderr: example.stderr)
        #expect(failure.kind == example.kind)
        #expect(failure.httpStatus == example.status)
        if let expected = example.retryAfter {
            #expect(abs((failure.retryAfter ?? -1) - expected) < 1e-9)
        } else {
            #expect(failure.retryAfter == nil)
        }
    }

    @Test(arguments: ["99999999999999999999999 seconds", "1732406400", "nan", "soon"])
    func whatIsNoTimeToWaitIsNotWaitedFor(text: String) {
        #expect(FailureClassifier.retryAfter("Please try again in \(text).") == nil)
    }

    @Test func theMessageIsWhatStandsAfterErrorOnOneLine() {
        let failure = FailureClassifier().failure(code: 1, stderr: "Token usage: \nError: foo\n  Extra inputs\n")
        #expect(failure.message == "foo Extra inputs")
    }

    @Test func runningOutOfMemoryIsACrashThatNamesTheLimit() {
        let failure = FailureClassifier(maxMemory: 64).failure(code: 1, stderr: "Traceback …\nMemoryError\n")
        #expect(failure == Failure(kind: .crashed, message: "over --max-memory 64 MB"))
    }

    static let raised: [(error: ProviderError, kind: FailureKind, retryAfter: Double?)] = [
        (ProviderError(name: "openai.RateLimitError", httpStatus: 429, retryAfter: 2.5), .rateLimited, 2.5),
        (ProviderError(name: "openai.RateLimitError", httpStatus: 429, code: "insufficient_quota"), .quota, nil),
        (ProviderError(name: "anthropic.OverloadedError", httpStatus: 529), .overloaded, nil),
        (ProviderError(name: "x.Odd", httpStatus: 999), .server, nil),
        (ProviderError(name: "openai.APITimeoutError", bases: ["APIConnectionError"]), .timeout, nil),
        (ProviderError(name: "httpx.ReadError", bases: ["NetworkError", "TransportError"]), .network, nil),
        (ProviderError(name: "llm.models.UnknownModelError"), .modelUnknown, nil),
        (ProviderError(name: "builtins.ValueError"), .server, nil),
    ]

    @Test(arguments: raised)
    func whatWasRaisedStandsAboveTheWording(error: ProviderError, kind: FailureKind, retryAfter: Double?) {
        let failure = FailureClassifier().failure(code: 1, stderr: "Error: odd words", error: error)
        #expect(failure.kind == kind)
        #expect(failure.retryAfter == retryAfter)
        #expect(failure.message == "odd words")
    }
}
