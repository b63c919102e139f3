/// What a run asks with every cell, whatever its prompt and model.
struct CommonRequest: Sendable, Equatable {
    var options: [ModelOption] = []
    /// The system prompt where neither prompt nor model has one.
    var system: String?
    /// What the user wrote after `--`.
    var arguments: [String] = []
    /// Where `llm` runs.
    var directory: String
}

extension LLMRequest {
    /// What a prompt asks of a model in a run: the more particular stands above the more general; `files` are those that
    /// the arguments name.
    init(prompt: Prompt, model: ModelVariant, common: CommonRequest, files: [RequestFile] = []) {
        self.init(
            model: model.name, prompt: prompt.isInArguments ? nil : prompt.text,
            system: prompt.system ?? model.system ?? common.system, schema: prompt.schema,
            options: ModelOption.merged(common.options, model.options, prompt.options),
            attachments: prompt.attachments.map(\.location), arguments: model.arguments + common.arguments,
            directory: common.directory,
            files: RequestFiles(
                schema: prompt.schemaFile, attachments: prompt.attachments.compactMap(\.file), arguments: files))
    }
}
