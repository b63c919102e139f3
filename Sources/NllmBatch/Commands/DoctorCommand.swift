import ArgumentParser
import NllmCore

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check that llm is found and runs, and that the database is sound.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print a JSON object a check.")
    var json = false

    func run() async throws {
        var failure: ExitStatus?
        let llm = await Self.checkLLM()
        tell("llm", llm)
        if case .failure(let error) = llm { failure = error.status }
        let database = await checkDatabase()
        tell("database", database)
        if case .failure(let error) = database { failure = failure ?? error.status }
        if let failure { throw failure.error }
    }

    private static func checkLLM() async -> Result<String, NllmError> {
        do throws(NllmError) {
            let program = try LLMProgram.find()
            return .success("\(program.path), version \(try await program.version())")
        } catch {
            return .failure(error)
        }
    }

    private func checkDatabase() async -> Result<String, NllmError> {
        do throws(NllmError) {
            let store = try common.open()
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
            case .failure(let error): (false, error.description)
            }
        if json {
            Console.out(
                .object([.init("check", .string(name)), .init("ok", .bool(isFine)), .init("detail", .string(text))]))
        } else {
            Console.out("\(isFine ? "ok  " : "FAIL") \(name): \(text)")
        }
    }
}
