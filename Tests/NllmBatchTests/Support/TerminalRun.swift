import Foundation
import Testing

/// What a terminal got from nllm-batch; see terminal.py.
struct TerminalRun: Decodable {
    var code: Int32
    var output: String
    var screen: [String]
    var wrapped: [String]

    /// Expects that the command has succeeded; else what stands on the terminal is told.
    func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(code == 0, "\(output)", sourceLocation: sourceLocation)
    }

    /// The sequences that colour text.
    var colors: [Substring] { output.matches(of: /\x1B\[[0-9]*m/).map(\.output) }
}

extension Batch {
    /// Runs nllm-batch in a terminal of that width; standard output may be a file below the scratch folder.
    ///
    /// What the terminal gets stands in the scratch folder's `terminal` while it comes.
    func runInTerminal(
        _ arguments: [String], columns: Int = 100, stdout: String? = nil, environment extra: [String: String] = [:]
    ) async throws -> TerminalRun {
        let script = Self.packageRoot + "/Tests/Support/terminal.py"
        var command = [script, "--columns", String(columns), "--log", directory + "/terminal"]
        if let stdout { command += ["--stdout", directory + "/" + stdout] }
        let usual = ["TERM": "xterm-256color", "NO_COLOR": ""].merging(extra) { _, new in new }
        let result = try await self.command(
            Self.venv + "/python", command + ["--", Self.binary] + arguments, environment: usual
        ).requireSuccess()
        return try JSONDecoder().decode(TerminalRun.self, from: Data(result.out.utf8))
    }
}
