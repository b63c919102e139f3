/// Options of prompts that are lists or objects, which not every model accepts.
///
/// `llm` is given options as texts; if the model wants a single text, a list would be sent as JSON text.
struct StructuredOptions: Sendable {
    private struct Use: Hashable {
        var option: String
        var structure: ModelOption.Structure
        /// Labels or names of the models; nil for all.
        var models: [String]?
    }

    /// Where each use is found first, and how often.
    private var uses: [Use: (first: InputPlace, count: Int)] = [:]
    /// The uses in the order in which they were found.
    private var order: [Use] = []

    var isEmpty: Bool { uses.isEmpty }

    /// Notes what a prompt has of them.
    mutating func add(_ prompt: Prompt, at place: InputPlace) {
        for option in prompt.options {
            guard let structure = option.structure else { continue }
            let use = Use(option: option.name, structure: structure, models: prompt.models)
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
            let verdicts = meant.map { ($0, types?.verdict(on: use.option, use.structure, of: $0.name) ?? .unknown) }
            if let (model, _) = verdicts.first(where: { $0.1 == .unknown }) {
                unknown = unknown ?? (use.option, model.label)
            }
            for case (let model, .refused(let wanted)) in verdicts {
                let message =
                    "option `\(use.option)` takes \(wanted), not \(use.structure.rawValue) (model `\(model.label)`)"
                var problem = InputProblem(known.first, message)
                problem.count = known.count
                problems.add(problem)
                break
            }
        }
        try problems.check()
        return unknown
    }
}
