#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The Python that runs `llm`, so that a warm one can be started in its place.
struct PythonInterpreter: Sendable, Equatable {
    /// The interpreter's absolute path and its flags, such as `-E`.
    var command: [String]
    /// The environment that `llm` gets through wrappers; nil where it is this process' own.
    var environment: [String: String]?

    /// Finds the Python behind a program; throws why there is none that could be used.
    ///
    /// A script as installers write it names its Python. Anything else is run once, with `--version`. Whether that Python
    /// has `llm` is not checked.
    static func find(for program: LLMProgram) async throws(NoInterpreter) -> PythonInterpreter {
        guard let command = EntryScript(path: realPath(program.path))?.interpreter else {
            return try await InterpreterProbe.interpreter(behind: program.path)
        }
        guard isExecutable(command[0]) else {
            throw NoInterpreter(reason: "`\(command[0])`, which runs `\(program.path)`, can't be executed")
        }
        return PythonInterpreter(command: command, environment: nil)
    }

    /// Whether it is an absolute path of something that may be executed.
    static func isExecutable(_ path: String) -> Bool {
        path.hasPrefix("/") && access(path, X_OK) == 0
    }

    /// The path without symbolic links: what the system reads the script's first line from.
    private static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

/// Why no Python can stand in for a program.
struct NoInterpreter: Error, Equatable {
    /// One line that follows "because".
    var reason: String
}
