extension Suite {
    /// Reads a suite, and checks its models against those that `llm` knows.
    fileprivate static func load(
        path: String, trustsFiles: Bool, allowsCommands: Bool, checksModels: Bool
    ) async throws(NllmError) -> Suite {
        let catalogue = checksModels ? await (try? LLMProgram.find())?.models(naming: []) : nil
        let folder = AbsolutePath.parent(AbsolutePath.resolve(path))
        return try read(
            path: path, trustsFiles: trustsFiles || Configuration.trusts(folder, .user),
            allowsCommands: allowsCommands, catalogue: catalogue)
    }

    /// Hands over the suite's own prompts, with further assertions.
    ///
    /// - Parameters:
    ///   - models: the models of the run.
    ///   - grading: what the command line asserts of every answer.
    ///   - sink: takes the prompts.
    /// - Returns: a summary of the suite as a source.
    /// - Throws: what is wrong with its prompts in this run.
    func read(
        models: [ModelVariant], grading: Grading, into sink: PromptCollector.Sink
    ) throws -> SourceSummary {
        var (problems, count) = (InputProblems(), 0)
        try forEachPrompt { item in
            var prompt = item.prompt
            prompt.givenAnswer = item.answer
            if !grading.isEmpty {
                let own = try prompt.grading.map { try Grading(json: JSONParser.parse($0)).adding(grading) }
                prompt.grading = JSONWriter.text((own ?? grading).json)
            }
            for name in prompt.models ?? [] where !models.contains(where: { $0.answers(to: name, among: models) }) {
                let message =
                    "a test for `\(ModelVariant.shown(name))`, which is none of the models of this run: "
                    + models.map(\.label).quotedList
                problems.add(InputProblem(item.place, message))
            }
            if let earlier = try sink(prompt, item.place) {
                problems.add(InputProblem(item.place, "duplicate id `\(prompt.id)`, first at \(earlier)"))
            }
            count += 1
        }
        try problems.check()
        return SourceSummary(path: path, digest: try digest(), prompts: count)
    }

    private func digest() throws(NllmError) -> String {
        do throws(FileError) {
            return try FileDigest.hexadecimal(path: path)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
    }
}

extension EnqueueRequest {
    /// Whether a file that is named as a source is a suite: YAML, or a JSON object with the keys of one.
    package static func isSuite(_ path: String) -> Bool {
        switch AbsolutePath.ending(path) {
        case "yaml", "yml": return true
        case "json":
            guard let bytes = try? FileReader(path: path).rest(limit: SuiteNode.sizeLimit) ?? nil,
                bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), let json = try? JSONParser.parse(bytes)
            else { return false }
            let marks = ["tests", "scenarios", "prompts", "providers", "sources"]
            // A file of one prompt may have fields of these names.
            let others = ["prompt", "messages", "conversations", "turns", "custom_id"]
            return marks.contains { json[$0] != nil } && !others.contains { json[$0] != nil }
        default: return false
        }
    }

    /// A request for a suite; what it says of limits, budget, samples and the like holds in place of the configuration.
    ///
    /// - Parameters:
    ///   - path: the suite's file.
    ///   - trustsFiles: whether it may read and write files outside of its folder, wherever it lies.
    ///   - allowsCommands: whether it may have programs started.
    ///   - checksModels: whether `llm` must know its models.
    ///   - configuration: what holds where the suite says nothing.
    /// - Throws: everything that is wrong in the suite.
    package init(
        suite path: String, trustsFiles: Bool, allowsCommands: Bool, checksModels: Bool, configuration: Configuration
    ) async throws(NllmError) {
        let suite = try await Suite.load(
            path: path, trustsFiles: trustsFiles, allowsCommands: allowsCommands, checksModels: checksModels)
        let sources = try suite.sources.map { path throws(NllmError) in try PromptSource(path) }
        self.init(sources: sources, configuration: configuration.with(suite))
        self.suite = suite
    }
}

extension Configuration {
    /// The configuration with what a suite says instead.
    fileprivate func with(_ suite: Suite) -> Configuration {
        var configuration = self
        let (settings, source) = (suite.settings, Source.file(path: suite.path, line: 1))
        func set(_ setting: Setting, _ value: JSONValue?) {
            if let value { configuration.set(setting, to: value, from: source) }
        }
        func seconds(_ value: Double?) -> JSONValue? { value.map { .number(String($0)) } }
        set(.samples, settings.samples.map(JSONValue.integer))
        set(.concurrency, settings.concurrency.map(JSONValue.integer))
        set(.timeout, seconds(settings.timeout))
        // A night is asked anew, unless the suite says otherwise.
        set(.cache, settings.cache == true ? .string("any") : .null)
        set(.resumeWithin, seconds(settings.resumeWithin))
        set(.maxCost, settings.budget.maxCost.map { .number(String($0)) })
        set(.maxTokensTotal, settings.budget.maxTokens.map(JSONValue.integer))
        set(.budgetWindow, seconds(settings.budget.window))
        for limit in settings.limits {
            guard let field = LimitField(rawValue: limit.kind.rawValue) else { continue }
            let amount = JSONValue.number(DecimalText.rounded(limit.amount, places: 6))
            configuration.limitSettings[limit.name, default: [:]][field] = Entry(value: amount, source: source)
            configuration.limitSettings[limit.name]?[.models] = Entry(
                value: .strings(limit.models ?? [limit.name]), source: source)
        }
        return configuration
    }
}
