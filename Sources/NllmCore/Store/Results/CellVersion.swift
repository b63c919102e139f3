/// A cell of a run with its request, as it is or as it was before an edit.
struct CellVersion: Sendable {
    let cellID: CellID
    /// The run's name.
    let run: String
    /// The prompt's id.
    let prompt: String
    let label: String
    let sample: Int
    let key: [UInt8]
    let gradingID: GradingID?
    let request: LLMRequest
    /// Whether the request is all that its key was made of: after an edit, settings of the run and the content of files are
    /// those of today.
    private let isExact: Bool
    private let givenAnswer: String?
    /// The command line of its result, redacted; nil without a result.
    private let command: [String]?

    /// All columns that ``init(_:)`` reads.
    static let columns = """
        cells.id, cells.key, cells.sample, runs.name AS run_name, prompts.name AS prompt,
        \(PromptColumns.requestOfPrompts), prompts.given_answer, prompts.grading_id, models.label, models.name AS model,
        models.options AS model_options, models.system AS model_system, models.arguments AS model_arguments,
        models.files, runs.system AS run_system, runs.options AS run_options, runs.arguments AS run_arguments,
        runs.directory, answers.command
        """

    init(_ row: any Row) throws {
        cellID = try row.id("id")
        run = try row.text("run_name")
        prompt = try row.text("prompt")
        label = try row.text("label")
        sample = try row.int("sample")
        key = try row.bytes("key")
        gradingID = try row.optionalID("grading_id")
        givenAnswer = try row.optionalText("given_answer")
        command = try row.optionalJSON("command")?.stringValues
        var source = try Prompt(id: prompt, request: row)
        source.givenAnswer = givenAnswer
        let (model, common) = (try ModelVariant(row), try CommonRequest(row))
        let files = RequestFile.files(try row.json("files"))
        request = LLMRequest(prompt: source, model: model, common: common, files: files)
        let part = CellKeys.ModelPart(PlannedModel(variant: model, files: files), common: common)
        isExact = CellKeys(prompt: source, common: common).key(part, sample: sample) == key
    }

    /// Whether it is answered by the suite, and no model is asked.
    var isGiven: Bool { givenAnswer != nil }

    /// The parts in which its request differs from that of an earlier version with the same sample; empty if the keys are
    /// equal.
    func changes(since earlier: CellVersion) -> [RequestChange] {
        guard key != earlier.key else { return [] }
        let given = RequestChange.of(.givenAnswer, earlier.givenAnswer, givenAnswer)
        if earlier.isExact, isExact {
            let changes = given + request.changes(since: earlier.request)
            return changes.isEmpty ? [RequestChange(.unknown)] : changes
        }
        // Command lines are shown without secrets, so that both are compared as they are shown.
        guard let before = earlier.command else {
            return given + request.changes(since: earlier.request) + [RequestChange(.unknown)]
        }
        let now = request.taking(command ?? LLMCommand.shown(request))
        let changes = given + now.changes(since: earlier.request.taking(before))
        guard changes.isEmpty else { return changes }
        let files = request.files.arguments
        return [
            files.count == 1 ? RequestChange(.file, name: files[0].path ?? files[0].value) : RequestChange(.unknown)
        ]
    }
}

extension LLMRequest {
    /// The request with the system prompt, the options and the arguments of a command line that was made of one like it.
    fileprivate func taking(_ command: [String]) -> LLMRequest {
        var request = self
        (request.system, request.options, request.arguments) = (nil, [], [])
        var attachments = attachments[...]
        // The program, the model, and two flags of ours come first.
        for item in LLMArguments(Array(command.dropFirst())).items.dropFirst(3) {
            let flag = item.flags.count == 1 ? item.flags.first : nil
            switch (flag?.name, flag?.values ?? []) {
            case ("--system", let values) where values.count == 1: request.system = values[0]
            case ("--option", let values) where values.count == 2:
                request.options.append(ModelOption(name: values[0], value: values[1]))
            case ("--schema", _) where schema != nil: continue
            case ("--attachment", let values) where !attachments.isEmpty && values.first == attachments.first:
                attachments.removeFirst()
            default: request.arguments += item.raw
            }
        }
        return request
    }
}
