/// Options of prompts that not every model accepts: lists and objects, and all those of batch files.
///
/// `llm` is given options as texts; if the model wants a single text, a list would be sent as JSON text. The options of a
/// batch file are named as its provider names them, which may not be how `llm` names them.
struct StructuredOptions: Sendable {
    private struct Use: Hashable {
        var option: String
        /// Nil for a text of a batch file, for which the model has to have the option.
        var structure: ModelOption.Structure?
        var isFromBatch: Bool
        /// Labels or names of the models; nil for all.
        var models: [String]?

        func verdict(_ types: OptionTypes?, _ model: ModelVariant) -> OptionTypes.Acceptance {
            guard let types else { return .unknown }
            if isFromBatch, let names = types.names(of: model.name), !names.contains(option) {
                return .refused("is none of the model's, which are \(names.sorted().quotedList)")
            }
            return structure.map { types.verdict(on: option, $0, of: model.name) } ?? .taken
        }
    }

    /// Where each use is found first, and how often.
    private var uses: [Use: (first: InputPlace, count: Int)] = [:]
    /// The uses in the order in which they were found.
    private var order: [Use] = []

    var isEmpty: Bool { uses.isEmpty }

    /// Notes what a prompt has of them.
    mutating func add(_ prompt: Prompt, at place: InputPlace) {
        for option in prompt.options {
            guard option.structure != nil || prompt.isFromBatch else { continue }
            let use = Use(
                option: option.name, structure: option.structure, isFromBatch: prompt.isFromBatch, models: prompt.models
            )
            if uses[use] == nil { order.append(use) }
            uses[use, default: (place, 0)].count += 1
        }
    }

    /// Checks that models accept these options as they are.
    ///
    /// - Parameters:
    ///   - models: the run's models.
    ///   - types: the types that they accept, as far as `llm` reports them.
    /// - Returns: the first option for which that is unknown, and its model; nil if there is none.
    /// - Throws: for options that a model does not accept.
    func check(
        _ models: [ModelVariant], _ types: OptionTypes?
    ) throws(NllmError) -> (option: String, model: String)? {
        var problems = InputProblems()
        var unknown: (option: String, model: String)?
        for use in order {
            guard let known = uses[use] else { continue }
            let meant = models.filter { model in
                use.models?.contains { model.answers(to: $0, among: models) } ?? true
            }
            let verdicts = meant.map { ($0, use.verdict(types, $0)) }
            if use.structure != nil, let (model, _) = verdicts.first(where: { $0.1 == .unknown }) {
                unknown = unknown ?? (use.option, model.label)
            }
            for case (let model, .refused(let reason)) in verdicts {
                var problem = InputProblem(
                    known.first, "option `\(use.option)` \(reason) (model `\(model.label)`)")
                problem.count = known.count
                problems.add(problem)
                break
            }
        }
        try problems.check()
        return unknown
    }
}
