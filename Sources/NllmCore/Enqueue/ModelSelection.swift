/// Determines which models an enqueue means, and what is known about them.
struct ModelSelection {
    private let request: EnqueueRequest
    private let note: @Sendable (String) -> Void

    /// - Parameters:
    ///   - request: the user's request.
    ///   - note: receives decisions made for the user.
    init(_ request: EnqueueRequest, note: @escaping @Sendable (String) -> Void) {
        self.request = request
        self.note = note
    }

    /// Models with labels that are unique in the run.
    struct Selected: Sendable {
        fileprivate(set) var variants: [ModelVariant]
        /// Whether the user named them, so that they may be misspelled.
        fileprivate var areNamed: Bool
        /// Which models were decided on, if the user named none.
        private(set) var decision: String?
        /// Whether the prompts name them.
        fileprivate(set) var areOfPrompts = false

        /// The model that judges answers.
        init(judge: ModelVariant) { self.init(variants: [judge], areNamed: true) }

        fileprivate init(variants: [ModelVariant], areNamed: Bool, decision: String? = nil) {
            (self.variants, self.areNamed, self.decision) = (variants, areNamed, decision)
        }

        /// Takes the models that prompts name in place of those that nobody named for this run.
        ///
        /// - Parameters:
        ///   - names: their names.
        ///   - hasOthers: whether there are prompts that name none, which are for the models so far.
        /// - Throws: for a name that no model has.
        mutating func take(_ names: [String], hasOthers: Bool) throws(NllmError) {
            if !hasOthers { (variants, decision) = ([], nil) }
            for name in names where !variants.contains(where: { $0.label == name }) {
                variants.append(try ModelVariant(named: name))
            }
            let said = "using the models that the prompts name: " + names.joined(separator: ", ")
            decision = [decision, said].compactMap(\.self).joined(separator: "; ")
            (areNamed, areOfPrompts) = (true, true)
        }

        /// The providers before whose names of models `llm`'s plugins write their own.
        private static let providers = ["anthropic", "gemini", "openai"]

        /// Multiplies the models by the values of options, as `--sweep` takes them.
        mutating func sweep(_ texts: [String]) throws(NllmError) {
            for text in texts { variants = try ModelVariant.swept(variants, by: text) }
        }

        /// Takes texts with brackets for names where `llm` knows them as such, and names that a provider's batch file has
        /// for those of `llm`.
        mutating func recognize(_ catalogue: ModelCatalogue?) throws(NllmError) {
            for (index, model) in variants.enumerated() where areOfPrompts && catalogue?.id(of: model.name) == nil {
                let names = Self.providers.map { "\($0)/\(model.name)" }
                guard let name = names.first(where: { catalogue?.id(of: $0) != nil }) else { continue }
                variants[index] = try ModelVariant(named: name)
                variants[index].label = model.label
            }
            for (index, model) in variants.enumerated()
            where model.label.hasPrefix(model.name + "[") && catalogue?.id(of: model.label) != nil {
                variants[index] = try ModelVariant(named: model.label)
                try variants[index].append(model.arguments)
            }
        }

        /// Reports models that are named more than once.
        func noteRepetitions(_ note: (String) -> Void, _ catalogue: ModelCatalogue?) {
            guard areNamed else { return }
            for text in RepeatedModels.notes(variants, catalogue) { note(text) }
        }
    }

    /// The models that are meant.
    ///
    /// - Parameter known: the database, if it exists.
    /// - Returns: at least one model.
    /// - Throws: for a model that is written incorrectly.
    func models(known: Store?) async throws(NllmError) -> Selected {
        var selected = try await named(known)
        try apply(request.modelOptions, to: &selected.variants)
        selected.variants = ModelVariant.distinct(selected.variants)
        for model in selected.variants {
            if let word = LLMArguments(model.arguments).words.first {
                note(
                    "model \(model.label): `\(Redaction.redact(word))` is no flag, and `llm` takes it for a part of the prompt"
                )
            }
            if let name = Redaction.secret(in: ModelOption.arguments(model.options) + model.arguments) {
                throw .usage("model `\(ModelVariant.shown(model.label))`: \(LLMCommand.secretRefusal(name))")
            }
        }
        return selected
    }

    /// The models with what is known about them.
    ///
    /// - Parameters:
    ///   - selected: the models.
    ///   - catalogue: the models that `llm` knows, if it reports them.
    /// - Returns: the same models in the same order.
    /// - Throws: for a model that `llm` does not know or whose price is required but unknown, and for a price file that
    ///   cannot be used.
    func plan(_ selected: Selected, _ catalogue: ModelCatalogue?) throws(NllmError) -> [PlannedModel] {
        if selected.areNamed, checks { try check(selected, catalogue) }
        selected.noteRepetitions(note, catalogue)
        let prices = try PriceBook(
            configured: request.configuration.costs, file: request.configuration.prices)
        let common = try request.common()
        var search = LLMFileSearch(directory: common.directory)
        let models = try selected.variants.map { model throws(NllmError) in
            PlannedModel(
                variant: model, files: try Self.files(model.arguments + common.arguments, &search),
                prices: prices.prices(of: model, id: catalogue?.id(of: model.name)))
        }
        let unpriced = request.needsPrices ? models.filter { $0.prices[$0.pricedOptions(with: common)] == nil } : []
        if let first = unpriced.first {
            throw .unpriced(
                model: first.variant.name + first.pricedOptions(with: common).suffix, run: nil, count: unpriced.count)
        }
        return models
    }

    private func check(_ selected: Selected, _ catalogue: ModelCatalogue?) throws(NllmError) {
        do throws(NllmError) {
            try catalogue?.check(selected.variants)
        } catch {
            guard selected.areOfPrompts else { throw error }
            throw .usage("\(error); -m names a model for all prompts")
        }
    }

    /// Whether prompts may name models: the command names none.
    var isOpen: Bool {
        request.models.isEmpty && request.suite?.models.isEmpty ?? true && request.modelOptions.isEmpty
            && request.direct == nil
    }

    /// Whether `llm` must know the models.
    var checks: Bool { request.checksModels ?? request.configuration.checksModels }

    /// The first of these that names any: command line, suite, configuration, options of models, the run, `llm`'s default.
    private func named(_ known: Store?) async throws(NllmError) -> Selected {
        let names = request.models.isEmpty ? request.direct?.models ?? [] : request.models
        if !names.isEmpty {
            return Selected(variants: try await Self.variants(names), areNamed: true)
        }
        if let models = request.suite?.models, !models.isEmpty {
            return Selected(variants: models.map(\.variant), areNamed: true)
        }
        if let models = request.configuration.models {
            var variants: [ModelVariant] = []
            for model in models {
                // A text is parsed like `-m`, a name with options is llm's own.
                variants +=
                    model.options.isEmpty
                    ? try await Self.variants([model.name])
                    : [try ModelVariant(name: model.name, arguments: model.options)]
            }
            return Selected(variants: variants, areNamed: true)
        }
        if !request.modelOptions.isEmpty { return Selected(variants: try namedByOptions(), areNamed: true) }
        if case .named(let name) = request.target, let run = try? await known?.run(name) {
            let models = try await known?.models(of: run) ?? []
            let decision = "using the models of run \(name): " + models.map(\.label).joined(separator: ", ")
            return Selected(variants: models, areNamed: false, decision: decision)
        }
        let name = try await LLMProgram.find().defaultModel()
        let decision = "no model named; using llm's default model \(name)"
        return Selected(variants: [try ModelVariant(name)], areNamed: false, decision: decision)
    }

    /// The models that texts mean: `NAME` or `NAME[key=value,…]`, unless `llm` knows the whole text as a name.
    private static func variants(_ texts: [String]) async throws(NllmError) -> [ModelVariant] {
        var variants: [ModelVariant] = []
        for text in texts {
            do throws(NllmError) {
                variants.append(try ModelVariant(text))
            } catch {
                guard text.contains("["), let catalogue = await (try? LLMProgram.find())?.models(naming: [text]),
                    catalogue.id(of: text) != nil
                else { throw error }
                variants.append(try ModelVariant(named: text))
            }
        }
        return variants
    }

    // MARK: Arguments of single models

    /// Appends `MODEL:ARGUMENT:…` to the models with that name or label; the longest matching name is meant.
    private func apply(_ specifications: [String], to models: inout [ModelVariant]) throws(NllmError) {
        for specification in specifications {
            let names = Set(models.flatMap { [$0.name, $0.label] })
            guard let name = names.filter({ specification.hasPrefix($0 + ":") }).max(by: { $0.count < $1.count }) else {
                throw .usage(Self.unmatched(specification, names: names.sorted()))
            }
            let arguments = specification.dropFirst(name.count + 1).split(
                separator: ":", omittingEmptySubsequences: false)
            for index in models.indices where models[index].name == name || models[index].label == name {
                try models[index].append(arguments.map(String.init))
            }
        }
    }

    private static func unmatched(_ specification: String, names: [String]) -> String {
        guard let colon = specification.firstIndex(of: ":"), colon > specification.startIndex else {
            return
                "`--model-option \(Redaction.redact(specification))`: write it as MODEL:OPTION:VALUE, as in gpt-4o:-o:temperature:0.2"
        }
        let name = String(specification[..<colon])
        let known = names.quotedList
        return "`--model-option`: `\(name)` is none of the models, which are \(known)"
            + NearestName.hint(name, among: names)
    }

    /// If no models are named otherwise, these are the ones whose options are given.
    private func namedByOptions() throws(NllmError) -> [ModelVariant] {
        var names: [String] = []
        for specification in request.modelOptions {
            guard let colon = specification.firstIndex(of: ":"), colon > specification.startIndex else {
                throw .usage(Self.unmatched(specification, names: []))
            }
            let name = String(specification[..<colon])
            if !names.contains(name) { names.append(name) }
        }
        return try names.map { name throws(NllmError) in try ModelVariant(name) }
    }

    // MARK: Files

    /// The files that the arguments name: a request changes with their content.
    private static func files(
        _ arguments: [String], _ search: inout LLMFileSearch
    ) throws(NllmError) -> [RequestFile] {
        var files: [RequestFile] = []
        for flag in LLMArguments(arguments).fileFlags {
            do throws(FileError) {
                if let file = try search.file(flag.name, flag.values[0]) { files.append(file) }
            } catch {
                throw .unreadable(path: error.path, reason: "\(error.reason) (`\(flag.name) \(flag.values[0])`)")
            }
        }
        return files
    }
}
