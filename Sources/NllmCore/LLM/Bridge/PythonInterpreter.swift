internal import FoundationEssentials

struct PythonInterpreter: Sendable, Equatable {
    var command: [String]
    var environment: [String: String]?
    static func find(for program: LLMProgram) async throws(NoInterpreter) -> PythonInterpreter {
        let python = URL(filePath: program.path).resolvingSymlinksInPath().deletingLastPathComponent().path + "/python"
        guard FileManager.default.fileExists(atPath: python) else { throw NoInterpreter(reason: "no python") }
        return PythonInterpreter(command: [python])
    }
}
struct NoInterpreter: Error { var reason: String }
