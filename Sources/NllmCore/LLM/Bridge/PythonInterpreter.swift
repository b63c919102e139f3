#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The Python that runs `llm`, so that a warm one can be started in its place.
struct PythonInterpreter: Sendable, Equatable {
    /// The interpreter's absolute path and its flags, such as `-E`.
    var command: [String]
    /// The environment that wrappers give to `llm`; nil if it is this process's own.
    var environment: [String: String]?

    /// Finds the Python behind a program; throws the reason if none can be used.
    ///
    /// A script in the form that installers write names its Python. Anything else is run once, with `--version`. It is
    /// not checked whether that Python has `llm`.
    static func find(for program: LLMProgram) async throws(NoInterpreter) -> PythonInterpreter {
        guard let command = EntryScript(path: realPath(program.path))?.interpreter else {
            return try await InterpreterProbe.interpreter(behind: program.path)
        }
        guard isExecutable(command[0]) else {
            throw NoInterpreter(reason: "`\(command[0])`, which runs `\(program.path)`, can't be executed")
        }
        return PythonInterpreter(command: command, environment: nil)
    }

    /// Whether it is the absolute path of an executable.
    static func isExecutable(_ path: String) -> Bool {
        path.hasPrefix("/") && access(path, X_OK) == 0
    }

    /// The path without symbolic links: the file whose first line the system reads.
    private static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

/// Why no Python can replace a program.
struct NoInterpreter: Error, Equatable {
    /// One line that follows "because".
    var reason: String
}
