internal import FoundationEssentials

/// Facts for the manifest that other programs report.
struct ManifestFacts: Sendable {
    var llmVersion: String?
    var gitSHA: String?

    /// - Parameter program: `llm`, if it was found.
    init(program: LLMProgram?) async {
        if let program {
            llmVersion = program.installedVersion
            if llmVersion == nil { llmVersion = try? await program.version() }
        }
        guard let git = ProgramSearch.find("git") else { return }
        let result = try? await ShortCommand.run([git, "rev-parse", "HEAD"], timeout: .seconds(5))
        if let result, result.isSuccess {
            gitSHA = result.output.split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
    }
}
