import FoundationEssentials
import Testing

@testable import NllmCore

/// A suite of Tests/Fixtures/suites with what it has to give.
struct SuiteFixture: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: JSONValue

    /// The folder of the project.
    static let root = AbsolutePath.real(#filePath).split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    static let folder = root + "/Tests/Fixtures/suites"

    /// All of them, in the order of their names.
    static let all: [SuiteFixture] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().compactMap { name in
            guard let text = try? String(contentsOfFile: "\(folder)/\(name)/expected.json", encoding: .utf8),
                let expected = try? JSONParser.parse(text)
            else { return nil }
            return SuiteFixture(name: name, expected: expected)
        }
    }()
    static let running = all.filter { $0.expected["refused"] == nil }
    static let refused = all.filter { $0.expected["refused"] != nil }

    var path: String { "\(Self.folder)/\(name)/promptfooconfig.yaml" }
    var testDescription: String { name }

    /// What `llm models list --json` says where there are the models of the fixtures.
    static var catalogue: ModelCatalogue? {
        ModelCatalogue(listing: #"[{"model_id": "one", "aliases": []}, {"model_id": "two", "aliases": []}]"#)
    }

    /// The suite with the flags that its command line has.
    func read() throws -> NllmCore.Suite {
        let flags = expected["flags"]?.stringValues ?? []
        return try NllmCore.Suite.read(
            path: path, trustsFiles: flags.contains("--trust-config"),
            allowsCommands: flags.contains("--allow-commands"), catalogue: Self.catalogue)
    }

    /// The answer that the models give to a prompt.
    func answer(to prompt: String) -> String? {
        guard case .array(let rules)? = expected["answers"] else { return nil }
        return rules.first { rule in
            let text = rule["if_contains"]?.stringValue ?? ""
            return text.isEmpty || prompt.contains(text)
        }?["answer"]?.stringValue
    }

    /// A cell, whether the suite made it or the fixture expects it.
    struct Cell: Equatable {
        var prompt: String
        var model: String
        /// Nil if the fixture does not say it.
        var label: String?
        var description: String?
        var answer: String?

        init(_ made: SuitePrompt, _ model: SuiteModel, answer: String?) {
            (prompt, self.model, label) = (made.prompt.text, model.variant.name, model.variant.label)
            (description, self.answer) = (made.description, made.answer ?? answer)
        }

        init(_ json: JSONValue) {
            prompt = json["prompt"]?.stringValue ?? ""
            model = json["provider"]?.stringValue ?? ""
            label = json["label"]?.stringValue
            description = json["description"]?.stringValue
            answer = json["answer"]?.stringValue
        }

        func fits(_ expected: Cell) -> Bool {
            var cell = self
            if expected.label == nil { cell.label = nil }
            return cell == expected
        }
    }

    /// All cells of a suite, each with its prompt.
    func cells(of suite: NllmCore.Suite) throws -> [(cell: Cell, prompt: SuitePrompt)] {
        var cells: [(cell: Cell, prompt: SuitePrompt)] = []
        let variants = suite.models.map(\.variant)
        try suite.forEachPrompt { made in
            for model in suite.models where model.variant.isMeant(by: made.prompt, among: variants) {
                let cell = Cell(made, model, answer: answer(to: made.prompt.text))
                cells += Array(repeating: (cell, made), count: suite.settings.samples ?? 1)
            }
        }
        return cells
    }

    var expectedCells: [JSONValue] {
        guard case .array(let cells)? = expected["cells"] else { return [] }
        return cells
    }
}
