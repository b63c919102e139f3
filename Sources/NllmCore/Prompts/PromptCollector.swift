/// Takes prompts and problems from the readers of all formats.
///
/// Prompts are counted and passed on; ids are completed and, like models, checked here, so that
/// all formats accept the same.
struct PromptCollector {
    /// Takes a prompt from its place, or says where an earlier one with the same id stands.
    typealias Sink = (Prompt, InputPlace) throws -> String?

    private let sink: Sink
    /// The run's models, which prompts may name.
    private let models: [ModelVariant]
    /// How records become prompts.
    private let options: PromptOptions
    /// The fields of the current source.
    private var census = FieldCensus()
    /// Whether the current source has prompts that look like templates.
    private var hasPlaces = false
    /// What ids of the current source are prefixed with, if anything.
    private var prefix: String?
    /// The number of problems before the current source.
    private var earlierProblems = 0
    /// It is shared by all sources, because many prompts may have the same attachments.
    private var fields = PromptFieldReader()
    /// The number of prompts that were taken.
    private(set) var count = 0
    private(set) var problems = InputProblems()
    /// What a user should know about the sources if nothing is wrong in them.
    private(set) var notes: [String] = []

    /// - Parameters:
    ///   - sink: takes the prompts.
    ///   - models: the run's models.
    ///   - options: how records become prompts.
    init(sink: @escaping Sink, models: [ModelVariant], options: PromptOptions) {
        self.sink = sink
        self.models = models
        self.options = options
    }

    /// Begins with the next source.
    ///
    /// - Parameter prefix: what its ids are prefixed with, if anything.
    mutating func begin(prefix: String?) {
        self.prefix = prefix
        earlierProblems = problems.count
    }

    /// Whether the current source has so many problems that nothing more is read from it if it is a pipe or device, which
    /// may go on for ever without anything that is right.
    var isHopeless: Bool { problems.count - earlierProblems >= 100_000 }

    /// The id of a prompt that does not name one.
    static func id(line: Int) -> String { line.digits(6) }

    /// Whether the user has said which fields a record has.
    var knowsFields: Bool { !options.mapping.isEmpty || !options.templates.isEmpty }

    /// The fields of records that the user has named.
    var mappedFields: [String] { options.mapping.fields }

    /// The number of files that a note names.
    var shownFiles: Int { options.namesAllFiles ? .max : 3 }

    /// Whether a field is kept as a variable, although it has a name of ours.
    func isVariable(_ name: String) -> Bool { options.mapping.texts.contains("vars=" + name) }

    /// Takes the prompt in a record, or one for each template, or reports everything that is wrong with it.
    ///
    /// - Throws: if the sink cannot take it.
    mutating func take(_ record: PromptRecord, of source: PromptSource) throws {
        var record = record
        let batch: BatchRequest?
        do throws(FieldError) {
            batch = try BatchRequest(record.fields)
        } catch {
            return report(record.place, error.message)
        }
        if let batch { record.fields = batch.fields }
        let (fields, others) = sorted(record)
        census.add(known: fields, others: others, at: record.place)
        var known = record
        known.fields = options.templates.isEmpty ? fields : fields.filter { !PromptFieldReader.isQuestion($0) }
        let read = self.fields.prompt(known, variables: others) { problems.add(InputProblem($0, $1)) }
        guard var prompt = read else { return }
        (prompt.model, prompt.isFromBatch) = (batch?.model, batch != nil)
        guard options.templates.isEmpty else { return try fill(prompt, record, of: source) }
        guard record.text != nil || fields.contains(where: PromptFieldReader.isQuestion) else {
            return census.addMissingPrompt(at: record.place)
        }
        hasPlaces = hasPlaces || prompt.vars != nil && prompt.text.contains("{{")
        try append(prompt, record.place, of: source)
    }

    /// The fields of a record under our names, and the others, which are kept as variables.
    private mutating func sorted(_ record: PromptRecord) -> (fields: [PromptField], others: [PromptField]) {
        let (fields, variables) = options.mapping.apply(record.fields) { census.addMapped($0) }
        let isOurs = Dictionary(grouping: fields) {
            PromptFieldReader.names.contains($0.name) || $0.name == PromptFieldReader.renamed.old
        }
        return (isOurs[true] ?? [], (isOurs[false] ?? []) + variables)
    }

    /// Takes a prompt for each template, with the fields of a record in its places.
    private mutating func fill(_ prompt: Prompt, _ record: PromptRecord, of source: PromptSource) throws {
        let vars = record.fields.first { $0.name == "vars" }?.value
        func value(_ name: String) -> JSONValue? {
            if let field = record.fields.first(where: { $0.name == name }) { return field.value }
            if name == "prompt", let text = record.text { return .string(text.withoutByteOrderMark) }
            if name == "id" { return .string(prompt.id) }
            if let value = vars?.member(at: name[...]) { return value }
            guard let dot = name.firstIndex(of: ".") else { return nil }
            let outer = record.fields.first { $0.name == name[..<dot] }
            return outer?.value.member(at: name[name.index(after: dot)...])
        }
        for template in options.templates {
            var filled = prompt
            if options.templates.count > 1 { filled.id += "/" + template.name }
            do throws(TemplateFlaw) {
                filled.text = try template.render(value)
            } catch {
                report(record.place, "template \(template.name): \(error.plainText)")
                continue
            }
            if let flaw = PromptFieldReader.flaw(text: filled.text, "prompt") {
                report(record.place, flaw)
            } else {
                try append(filled, record.place, of: source)
            }
        }
    }

    /// Ends a source: reports what is unknown or missing in all its records.
    mutating func end(_ source: PromptSource) {
        for (place, message) in census.problems(options.mapping, source: source.path) { report(place, message) }
        if let text = census.note(of: source) { note(text) }
        if hasPlaces {
            note(
                "\(source.displayed): `{{` in a prompt stays as it is; to fill in variables, give the text with --template"
            )
        }
        (census, hasPlaces) = (FieldCensus(), false)
    }

    /// Takes a prompt, unless something is wrong with it.
    ///
    /// - Parameters:
    ///   - prompt: the prompt with the id that its format gives it.
    ///   - place: where it stands.
    ///   - source: the source it comes from.
    /// - Throws: if the sink cannot take it.
    mutating func append(_ prompt: Prompt, _ place: InputPlace, of source: PromptSource) throws {
        checkModels(of: prompt, place)
        var prompt = prompt
        if !options.grading.isEmpty { prompt.grading = JSONWriter.text(try grading(of: prompt).json) }
        // A text file's id is already its source's stem, unless it has another one.
        if let prefix { prompt.id = prompt.id == source.stem ? prefix : "\(prefix)/\(prompt.id)" }
        // Nothing will be committed any more, but ids are still compared.
        if let earlier = try sink(prompt, place) {
            report(place, "duplicate id `\(prompt.id)`, first at \(earlier)")
        } else {
            count += 1
        }
    }

    /// What the prompt says that its answers are checked against, and what the command says.
    private func grading(of prompt: Prompt) throws -> Grading {
        guard let own = prompt.grading else { return options.grading }
        return try Grading(json: JSONParser.parse(own)).adding(options.grading)
    }

    private mutating func checkModels(of prompt: Prompt, _ place: InputPlace) {
        guard let names = prompt.models else { return }
        if names.isEmpty { report(place, "`models` is empty; leave it out to mean all") }
        for name in names where !models.contains(where: { $0.answers(to: name, among: models) }) {
            let labels = models.map(\.label).quotedList
            report(place, "model `\(ModelVariant.shown(name))` is not one of this run, which has \(labels)")
        }
    }

    /// Adds what a user should know about a source if nothing is wrong.
    mutating func note(_ text: String) { notes.append(text.oneLine) }

    /// Notes a problem.
    mutating func report(_ place: InputPlace, _ message: String) {
        problems.add(InputProblem(place, message))
    }
}
