/// Takes prompts and problems from the readers of all formats.
///
/// Prompts are counted and passed on; ids are completed and, like models and the length of arguments, checked here, so that
/// all formats accept the same.
struct PromptCollector {
    /// Takes a prompt from its place, or says where an earlier one with the same id stands.
    typealias Sink = (Prompt, InputPlace) throws -> String?

    private let sink: Sink
    /// The run's models, which prompts may name.
    private let models: [ModelVariant]
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
    init(sink: @escaping Sink, models: [ModelVariant]) {
        self.sink = sink
        self.models = models
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

    /// Takes the prompt in a record, or reports everything that is wrong with it.
    ///
    /// - Throws: if the sink cannot take it.
    mutating func take(_ record: PromptRecord, of source: PromptSource) throws {
        let prompt = fields.prompt(record) { problems.add(InputProblem($0, $1)) }
        if let prompt { try append(prompt, record.place, of: source) }
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
        checkArguments(of: prompt, place)
        var prompt = prompt
        // A text file's id is already its source's stem, unless it has another one.
        if let prefix { prompt.id = prompt.id == source.stem ? prefix : "\(prefix)/\(prompt.id)" }
        // Nothing will be committed any more, but ids are still compared.
        if let earlier = try sink(prompt, place) {
            report(place, "duplicate id `\(prompt.id)`, first at \(earlier)")
        } else {
            count += 1
        }
    }

    /// All arguments together have a limit, too.
    private mutating func checkArguments(of prompt: Prompt, _ place: InputPlace) {
        let texts =
            prompt.options.flatMap { ["-o", $0.name, $0.value] } + prompt.attachments.flatMap { ["-a", $0.location] }
            + [prompt.system, prompt.schema].compactMap(\.self)
        let size = texts.map { $0.utf8.count + 1 }.reduce(0, +)
        guard size > LLMCommand.totalLimit else { return }
        report(
            place,
            "system prompt, schema, options and attachments are \(size) bytes long, but `llm` can be given "
                + "\(LLMCommand.totalLimit) at most")
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
    mutating func note(_ text: String) { notes.append(text) }

    /// Notes a problem.
    mutating func report(_ place: InputPlace, _ message: String) {
        problems.add(InputProblem(place, message))
    }
}
