/// Cells as they would be executed.
public struct Preview: Sendable {
    /// One cell's command.
    public struct Cell: Sendable {
        /// The prompt's id.
        public let prompt: String
        /// The model's label.
        public let model: String
        /// The sample, from 1.
        public let sample: Int
        /// The command's words, secrets replaced.
        public let command: [String]
        /// The text for its standard input, secrets replaced; nil for none.
        public let input: String?
    }

    /// The first cells, in the order of the results.
    public private(set) var cells: [Cell] = []
    /// The first prompt: its id, and its text as it would be sent, secrets replaced.
    public private(set) var first: (id: String, text: String)?
    /// The total number of cells.
    public private(set) var count = 0
    /// What they are expected to take, by model.
    public internal(set) var estimates: [Estimate] = []
    /// The sizes of their requests, by model.
    private(set) var sizes: [RequestSizes]

    init(_ spool: PromptSpool, models planned: [PlannedModel], _ request: EnqueueRequest, limit: Int) throws {
        let common = try request.common()
        let defaultSamples = request.samples ?? request.configuration.samples
        let models = planned.map(\.variant)
        sizes = planned.map { RequestSizes($0, common: common) }
        try spool.forEach { prompt in
            if first == nil { first = (prompt.id, Redaction.redact(prompt.text)) }
            for (index, model) in models.enumerated() where model.isMeant(by: prompt, among: models) {
                let samples = prompt.samples ?? defaultSamples
                sizes[index].add(prompt, samples: samples)
                for sample in 1...samples {
                    count += 1
                    guard cells.count < limit else { continue }
                    let asked = LLMRequest(prompt: prompt, model: model, common: common)
                    cells.append(
                        Cell(
                            prompt: prompt.id, model: model.label, sample: sample,
                            command: Redaction.redact(arguments: ["llm"] + LLMCommand.arguments(asked)),
                            input: asked.prompt.map { Redaction.redact($0) }))
                }
            }
        }
    }
}

extension Preview.Cell {
    /// A line for a POSIX shell that runs the same command.
    public var shellLine: String {
        let line = ShellWord.line(command)
        guard let input else { return line + " </dev/null" }
        return "printf %s \(ShellWord.quote(input)) | \(line)"
    }

    /// The cell as an object.
    public var json: JSONValue {
        .object([
            .init("prompt_id", .string(prompt)), .init("model", .string(model)), .init("sample", .integer(sample)),
            .init("command", .strings(command)), .init("input", .optional(input)),
            .init("shell", .string(shellLine)),
        ])
    }
}
