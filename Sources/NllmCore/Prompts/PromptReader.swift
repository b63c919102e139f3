internal import Crypto

/// Reads prompts from sources of all formats.
enum PromptReader {
    /// Reads all sources, and throws if anything in them is wrong.
    ///
    /// - Parameters:
    ///   - sources: the sources in their order.
    ///   - models: the run's models, which prompts may name.
    ///   - options: how records become prompts.
    ///   - sink: takes the prompts.
    ///   - note: takes what a user should know about a source in which nothing is wrong.
    /// - Returns: a summary of each source.
    /// - Throws: what is wrong in them.
    static func read(
        _ sources: [PromptSource], models: [ModelVariant], options: PromptOptions,
        into sink: @escaping PromptCollector.Sink, note: @escaping (String) -> Void
    ) throws -> [SourceSummary] {
        var collector = PromptCollector(sink: sink, models: models, options: options)
        let prefixes = SourcePrefixes.of(sources)
        let summaries = try zip(sources, prefixes).map { source, prefix in
            collector.begin(prefix: prefix)
            return try read(source, into: &collector)
        }
        try collector.problems.check()
        collector.notes.forEach(note)
        return summaries
    }

    private static func read(
        _ source: PromptSource, into collector: inout PromptCollector
    ) throws -> SourceSummary {
        let (prompts, problems) = (collector.count, collector.problems.count)
        let digest: String
        do {
            switch source.kind {
            case .standardInput, .file: digest = try SourceFile(source).read(into: &collector)
            case .directory: digest = try TextDirectory(source).read(into: &collector)
            case .direct(let direct): digest = try read(direct, source, into: &collector)
            }
        } catch let error as FileError {
            throw NllmError.unreadable(path: error.path, reason: error.reason)
        }
        collector.end(source)
        if collector.count == prompts, collector.problems.count == problems {
            let what = source.kind == .directory ? "no .txt, .md or .prompt file with text in it" : "no prompt in it"
            collector.report(InputPlace(file: source.path), what)
        }
        return SourceSummary(path: source.path, digest: digest, prompts: collector.count - prompts)
    }

    private static func read(
        _ direct: DirectPrompt, _ source: PromptSource, into collector: inout PromptCollector
    ) throws -> String {
        var prompt = Prompt(id: PromptCollector.id(line: 1), text: direct.text)
        prompt.isInArguments = direct.isInArguments
        try collector.append(prompt, InputPlace(file: source.path), of: source)
        return Hexadecimal.text(SHA256.hash(data: Array(direct.text.utf8)))
    }
}
