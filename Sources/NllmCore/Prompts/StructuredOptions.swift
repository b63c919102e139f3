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

        func verdict(_ types: OptionTypes?, _ model: ModelVariant) -> OptionTypes.Verdict {
            guard let types else { return .unknown }
            if isFromBatch, let names = types.names(of: model.name), !names.contains(option) {
                return .refused("is none of the model's, which are \(names.sorted().quotedList)")
            }
            return structure.map { types.verdict(on: option, $0, of: model.name) } ?? .taken
        }
    }

    /// The first places of each use, each with its position among all, and how many there are.
    private var uses: [Use: (places: [(position: Int, place: InputPlace)], count: Int)] = [:]
    private var count = 0

    var isEmpty: Bool { uses.isEmpty }

    /// Notes what a prompt has of them.
    mutating func add(_ prompt: Prompt, at place: InputPlace) {
        for option in prompt.options {
            guard option.structure != nil || prompt.isFromBatch else { continue }
            count += 1
            let use = Use(
                option: option.name, structure: option.structure, isFromBatch: prompt.isFromBatch, models: prompt.models
            )
            var known = uses[use] ?? ([], 0)
            known.count += 1
            if known.places.count < InputProblems.shown { known.places.append((count, place)) }
            uses[use] = known
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
        var problems: [(position: Int, problem: InputProblem)] = []
        var count = 0
        var unknown: (option: String, model: String)?
        for (use, known) in uses.sorted(by: { $0.value.places[0].position < $1.value.places[0].position }) {
            let meant = models.filter { model in
                use.models?.contains { model.answers(to: $0, among: models) } ?? true
            }
            let verdicts = meant.map { ($0, use.verdict(types, $0)) }
            if use.structure != nil, let (model, _) = verdicts.first(where: { $0.1 == .unknown }) {
                unknown = unknown ?? (use.option, model.label)
            }
            for case (let model, .refused(let reason)) in verdicts {
                count += known.count
                let message = "option `\(use.option)` \(reason) (model `\(model.label)`)"
                problems += known.places.map { ($0.position, InputProblem($0.place, message)) }
                break
            }
        }
        guard !problems.isEmpty else { return unknown }
        let first = problems.sorted { $0.position < $1.position }.prefix(InputProblems.shown).map(\.problem)
        throw .badInput(problems: first, count: count)
    }
}
