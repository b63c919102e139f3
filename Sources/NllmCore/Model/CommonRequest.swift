/// The part of a request that all cells of a run share, whatever their prompt and model.
struct CommonRequest: Sendable, Equatable {
    var options: [ModelOption] = []
    /// The system prompt for prompts and models that have none.
    var system: String?
    /// The user's arguments after `--`.
    var arguments: [String] = []
    /// The directory in which `llm` runs.
    var directory: String
}

extension LLMRequest {
    /// The request of a prompt to a model in a run: more specific parts override more general ones; `files` are those
    /// that the arguments name.
    init(prompt: Prompt, model: ModelVariant, common: CommonRequest, files: [RequestFile] = []) {
        self.init(
            model: model.name, prompt: prompt.isInArguments || prompt.isConversation ? nil : prompt.text,
            conversation: prompt.conversation, turns: prompt.turns,
            system: prompt.system(for: model.system, common: common.system), schema: prompt.schema,
            options: ModelOption.merged(common.options, model.options, prompt.options),
            attachments: prompt.attachments.map(\.location), arguments: model.arguments + common.arguments,
            directory: common.directory,
            files: RequestFiles(
                schema: prompt.schemaFile, attachments: prompt.attachments.compactMap(\.file), arguments: files))
    }
}
