import ArgumentParser
import NllmCore

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check that llm runs, the configuration is valid, and the database is sound.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print one JSON object per check.")
    var json = false

    @Flag(help: "Replace a broken llm log that holds no answers with a new one; the broken one is kept.")
    var fix = false

    func run() async throws {
        try DescriptorLimit.check(.programs)
        let configuration = checkConfiguration()
        if fix { await fixLog() }
        let executor = await Self.findExecutor(configuration)
        let checks: [(String, Result<String, NllmError>?)] = [
            ("llm", await Self.checkLLM()), ("executor", executor.map { $0.map(Self.description) }),
            ("keys", await Self.checkKeys(executor, configuration)),
            ("configuration", configuration.map(Self.description)), ("database", await checkDatabase(configuration)),
        ]
        for (name, result) in checks { if let result { tell(name, result) } }
        for case .failure(let error)? in checks.map(\.1) { throw error.status.error }
    }

    private func checkConfiguration() -> Result<Configuration, NllmError> {
        do throws(NllmError) {
            return .success(try common.configuration())
        } catch {
            return .failure(error)
        }
    }

    private static func description(of configuration: Configuration) -> String {
        configuration.files.isEmpty ? "no file" : configuration.files.joined(separator: ", ")
    }

    private static func checkLLM() async -> Result<String, NllmError> {
        do throws(NllmError) {
            let program = try LLMProgram.find()
            return .success("\(program.path), version \(try await program.version())")
        } catch {
            return .failure(error)
        }
    }

    /// The checks report what cannot be fixed.
    private func fixLog() async {
        guard let done = try? await LLMProgram.find().fixLog() else { return }
        tell("fixed", .success(done))
    }

    private typealias Found = (asked: ExecutorChoice, report: ExecutorReport)

    /// How the configured executor would run `llm`; nil if that cannot be determined.
    private static func findExecutor(
        _ configuration: Result<Configuration, NllmError>
    ) async -> Result<Found, NllmError>? {
        guard case .success(let configuration) = configuration, (try? LLMProgram.find()) != nil else { return nil }
        do throws(NllmError) {
            return .success((configuration.executor, try await ExecutorReport.find(configuration.executor)))
        } catch {
            return .failure(error)
        }
    }

    private static func description(of executor: Found) -> String {
        let (asked, report) = executor
        let name = asked == report.choice ? "\(asked)" : "\(asked) is \(report.choice) here"
        return report.shortfall.map { "\(name), because \($0)" } ?? "\(name): \(report.detail)"
    }

    /// Whether the configured models, or llm's default model, have their keys; nil if that cannot be determined.
    private static func checkKeys(
        _ executor: Result<Found, NllmError>?, _ configuration: Result<Configuration, NllmError>
    ) async -> Result<String, NllmError>? {
        guard case .success((_, let report))? = executor, case .success(let configuration) = configuration
        else { return nil }
        guard report.choice != .process else { return .success("not checked, because only a warm Python tells") }
        var names = configuration.models?.map(\.modelName)
        // Nobody may have asked for llm's default model.
        let isChosen = names != nil
        if names == nil { names = (try? await LLMProgram.find().defaultModel()).map { [$0] } }
        guard let names else { return nil }
        let missing = names.compactMap { name in report.missingKeys.first(of: name).map { "\(name): \($0.text)" } }
        if missing.isEmpty { return .success("\(names.joined(separator: ", ")): none is missing") }
        let text = missing.joined(separator: "; ")
        return isChosen ? .failure(.llmUnusable(reason: text)) : .success("llm's default model \(text)")
    }

    /// Nil if it is unknown which database is meant.
    private func checkDatabase(_ configuration: Result<Configuration, NllmError>) async -> Result<String, NllmError>? {
        guard case .success(let configuration) = configuration else { return nil }
        do throws(NllmError) {
            let store = try common.open(configuration)
            let problems = try await store.verify()
            guard problems.isEmpty else {
                return .failure(.inputOutput(what: "database \(store.path)", reason: problems.joined(separator: "; ")))
            }
            return .success("\(store.path), \(Format.count(try await store.runs().count, "run")), sound")
        } catch .noDatabase(let path) {
            return .success("none at \(path) yet")
        } catch {
            return .failure(error)
        }
    }

    private func tell(_ name: String, _ result: Result<String, NllmError>) {
        let (isFine, text) =
            switch result {
            case .success(let text): (true, text)
            case .failure(let error): (false, error.description.split(separator: "\n").joined(separator: "; "))
            }
        if json {
            Console.out(
                .object([.init("check", .string(name)), .init("ok", .bool(isFine)), .init("detail", .string(text))]))
        } else {
            Console.out("\(isFine ? "ok  " : "FAIL") \(name): \(text)")
        }
    }
}
