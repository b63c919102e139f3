internal import Foundation
internal import NllmCore

/// Answers every request at once, with a few sentences and a plausible number of tokens.
struct InstantExecutor: Executor {
    static let answer = Array(
        """
        The sky is blue because the air scatters the short waves of sunlight more than the long ones. Seen from the \
        ground, that scattered light comes from every direction but the sun's.

        At sunset the light goes a longer way through the air, and what is left of it is "red":

        ```json
        {"noon": "blue", "sunset": "red", "wavelengths": [450, 700]}
        ```

        """.utf8)
    static let messages = Array("Token usage: 1,234 input, 96 output, {\"prompt_tokens_details\": {}}\n".utf8)

    /// The result of every request.
    static func execution() -> Execution {
        let now = Date()
        return Execution(
            stdout: answer, stderr: messages, tokens: (input: 1234, output: 96), startedAt: now, finishedAt: now)
    }

    func execute(
        _ request: LLMRequest, timeout: Duration?, stop: StopSignal, output: OutputObserver?,
        started: @escaping @Sendable () -> Void
    ) async -> Execution {
        started()
        return Self.execution()
    }

    func room() async -> Int { .max }

    func stopStarting() async {}

    func killAll() {}

    func close() async {}
}
