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
        let checks: [(String, Result<String, NllmError>?)] = [
            ("llm", await Self.checkLLM()), ("executor", await Self.checkExecutor(configuration)),
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

    /// How the configured executor would run `llm` and why; nil if that cannot be determined.
    private static func checkExecutor(_ configuration: Result<Configuration, NllmError>) async -> Result<
        String, NllmError
    >? {
        guard case .success(let configuration) = configuration, (try? LLMProgram.find()) != nil else { return nil }
        let asked = configuration.executor
        do throws(NllmError) {
            let report = try await ExecutorReport.find(asked)
            let name = asked == report.choice ? "\(asked)" : "\(asked) is \(report.choice) here"
            return .success(report.shortfall.map { "\(name), because \($0)" } ?? "\(name): \(report.detail)")
        } catch {
            return .failure(error)
        }
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
