internal import Crypto
internal import FoundationEssentials

/// Reads prompts from sources and collects all problems on the way.
struct PromptReader {
    /// A larger text file is rejected: no model accepts it.
    static let textLimit = LineReader.lineLimit

    /// After this number of problems, nothing more is read from a pipe or device.
    private static let problemLimit = 100_000

    /// Takes a prompt from its place, or says where an earlier one with the same id stands.
    typealias Sink = (Prompt, InputPlace) throws -> String?

    private let sink: Sink
    private var count = 0
    /// The run's models, which prompts may name.
    private let models: [ModelVariant]
    /// Whether ids are prefixed with their source's stem.
    private let prefixed: Bool
    private var problems = InputProblems()

    /// Reads all sources, and throws if anything in them is wrong.
    static func read(
        _ sources: [PromptSource], models: [ModelVariant], into sink: @escaping Sink
    ) throws -> [SourceSummary] {
        var reader = PromptReader(sink: sink, models: models, prefixed: sources.count > 1)
        let summaries = try sources.map { source in try reader.read(source) }
        try reader.problems.check()
        return summaries
    }

    private init(sink: @escaping Sink, models: [ModelVariant], prefixed: Bool) {
        self.sink = sink
        self.models = models
        self.prefixed = prefixed
    }

    private mutating func read(_ source: PromptSource) throws -> SourceSummary {
        let before = count
        let knownProblems = problems.count
        let digest: String
        do {
            switch source.kind {
            case .standardInput: digest = try readLines(FileReader(), source, directory: AbsolutePath.current)
            case .jsonLines:
                let directory = AbsolutePath.parent(AbsolutePath.resolve(source.path))
                digest = try readLines(FileReader(path: source.path, .any), source, directory: directory)
            case .textFile: digest = try readTextFile(source)
            case .directory: digest = try readDirectory(source)
            case .direct(let direct): digest = try readDirect(direct)
            }
        } catch let error as FileError {
            throw NllmError.unreadable(path: error.path, reason: error.reason)
        }
        if count == before, problems.count == knownProblems {
            let what = source.kind == .directory ? "no .txt, .md or .prompt file in it" : "no prompt in it"
            problems.add(InputProblem(file: source.path, message: what))
        }
        return SourceSummary(path: source.path, digest: digest, prompts: count - before)
    }

    private mutating func readDirect(_ direct: DirectPrompt) throws -> String {
        var prompt = Prompt(id: Self.id(line: 1), text: direct.text)
        prompt.isInArguments = direct.isInArguments
        try append(prompt, InputPlace(file: "--"), prefix: "")
        return Hexadecimal.text(SHA256.hash(data: Array(direct.text.utf8)))
    }

    // MARK: JSON lines

    private mutating func readLines(_ file: FileReader, _ source: PromptSource, directory: String) throws -> String {
        var lines = LineReader(file)
        var fields = PromptFieldReader(directory: directory)
        var number = 0
        let before = problems.count
        // A device may provide invalid lines forever.
        while file.isRegular || problems.count - before < Self.problemLimit, let line = try lines.next() {
            number += 1
            let place = InputPlace(file: source.path, line: number)
            switch line {
            case .tooLong: report(place, "the line is over \(LineReader.lineLimit >> 20) MB")
            case .bytes(let bytes):
                // A byte order mark may precede the first line only.
                let bytes = number == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
                guard !bytes.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) else { continue }
                try readLine(bytes, place, source, &fields)
            }
        }
        return lines.digest
    }

    private mutating func readLine(
        _ bytes: ArraySlice<UInt8>, _ place: InputPlace, _ source: PromptSource, _ reader: inout PromptFieldReader
    ) throws {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(bytes)
        } catch {
            let valid = String(validating: bytes, as: UTF8.self) != nil
            let column = String(decoding: bytes.prefix(error.offset), as: UTF8.self).count + 1
            report(place, valid ? "column \(column): \(error.message)" : "not valid UTF-8")
            return
        }
        let fields: [PromptField]
        switch value {
        case .string: fields = [PromptField(name: "prompt", value: value)]
        case .object(let members): fields = members.map { PromptField(name: $0.name, value: $0.value) }
        default:
            report(place, "\(value.kind), not an object with a `prompt`, or a string")
            return
        }
        let prompt = reader.prompt(fields, defaultID: Self.id(line: place.line ?? 0)) { report(place.at(line: $0), $1) }
        if let prompt { try append(prompt, place, prefix: source.stem) }
    }

    /// The id of a prompt that names none.
    private static func id(line: Int) -> String { line.digits(6) }

    // MARK: Text files

    private mutating func readTextFile(_ source: PromptSource) throws -> String {
        let path = AbsolutePath.resolve(source.path)
        let id = AbsolutePath.stem(path)
        return try readText(path: path, name: source.path, id: id, prefix: source.stem)
    }

    private mutating func readDirectory(_ source: PromptSource) throws -> String {
        let root = AbsolutePath.resolve(source.path)
        var hasher = SHA256()
        for relative in try DirectoryWalk.files(below: root, endings: PromptSource.textEndings) {
            let dot = relative.lastIndex(of: ".") ?? relative.endIndex
            let digest = try readText(
                path: root + "/" + relative, name: source.displayed + "/" + relative, id: String(relative[..<dot]),
                prefix: source.stem)
            hasher.update(data: Array("\(relative)\0\(digest)\n".utf8))
        }
        return Hexadecimal.text(hasher.finalize())
    }

    /// Reads one file as one prompt and returns its digest.
    private mutating func readText(path: String, name: String, id: String, prefix: String) throws -> String {
        let place = InputPlace(file: name)
        let content: [UInt8]?
        do throws(FileError) {
            content = try FileReader(path: path).rest(limit: Self.textLimit)
        } catch {
            guard !error.isNotRegular else {
                report(place, error.reason)
                return ""
            }
            throw NllmError.unreadable(path: name, reason: error.reason)
        }
        guard let bytes = content else {
            report(place, "the file is over \(Self.textLimit >> 20) MB")
            return ""
        }
        let digest = Hexadecimal.text(SHA256.hash(data: bytes))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            report(place, "not valid UTF-8")
            return digest
        }
        let parts: FrontMatter
        do throws(FrontMatterError) {
            parts = try FrontMatter(splitting: text)
        } catch {
            report(place.at(line: error.line), error.message)
            return digest
        }
        var fields = PromptFieldReader(directory: AbsolutePath.parent(path))
        let prompt = fields.prompt(parts.fields, text: parts.body, defaultID: id) { report(place.at(line: $0), $1) }
        if let prompt { try append(prompt, place, prefix: prefix) }
        return digest
    }

    // MARK: What was read

    private mutating func append(_ prompt: Prompt, _ place: InputPlace, prefix: String) throws {
        checkModels(of: prompt, place)
        checkArguments(of: prompt, place)
        var prompt = prompt
        // A text file's id is already its source's stem, unless it has another one.
        if prefixed, prompt.id != prefix { prompt.id = "\(prefix)/\(prompt.id)" }
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

    private mutating func report(_ place: InputPlace, _ message: String) {
        problems.add(InputProblem(place, message))
    }
}
