internal import FoundationEssentials
internal import Subprocess

/// One run of `llm --version` through whatever `llm` is, to see the Python that it ends in.
///
/// Python reports itself through a module in PYTHONPATH. Flags such as pipx's `-E` make it ignore that; on Linux it is
/// then found among the running processes. What a program does after `llm` has ended is not seen.
struct InterpreterProbe {
    /// The time allowed for the run on a busy machine.
    static let patience = Duration.seconds(180)

    private static let arguments = ["--version"]

    let program: String
    /// Used by this run only, and readable only by its owner: the reports contain the environment, with its keys.
    let folder: String
    /// The user's own.
    let pythonPath: String?

    private var reports: String { folder + "/reports" }
    private var site: String { folder + "/site" }
    private var streams: [String] { ["input", "output", "error"].map { "\(folder)/\($0)" } }

    /// The user's module path, preceded by the reporting module; an empty path means none.
    private var longerPythonPath: String {
        pythonPath.flatMap { $0.isEmpty ? nil : "\(site):\($0)" } ?? site
    }

    /// Runs a program by its path and returns the Python that can replace it.
    static func interpreter(
        behind program: String, patience: Duration = patience,
        pythonPath: String? = ProcessInfo.processInfo.environment["PYTHONPATH"]
    ) async throws(NoInterpreter) -> PythonInterpreter {
        let result: Result<PythonInterpreter, NoInterpreter>
        do {
            result = try await TemporaryFolder.with { folder in
                let probe = InterpreterProbe(program: program, folder: folder, pythonPath: pythonPath)
                do throws(NoInterpreter) {
                    return .success(try probe.judge(try await probe.run(patience: patience)))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw NoInterpreter(reason: "no temporary folder can be made: \(ErrorText.reason(error))")
        }
        return try result.get()
    }

    private func run(patience: Duration) async throws(NoInterpreter) -> ProbeRun {
        do {
            try FileManager.default.createDirectory(atPath: site, withIntermediateDirectories: false)
            try AtomicFile.write(SiteReport.source.utf8, to: "\(site)/\(SiteReport.fileName)")
            let environment = Environment.inherit.updating([
                "PYTHONPATH": longerPythonPath, .init(stringLiteral: SiteReport.variable): reports,
            ])
            return try await ProbeRun(
                [program] + Self.arguments, environment: environment, streams: streams, patience: patience)
        } catch {
            throw NoInterpreter(reason: "`\(program)` can't be started: \(ErrorText.reason(error))")
        }
    }

    /// The Python that can replace the program, if nothing that the program does would be lost.
    private func judge(_ run: ProbeRun) throws(NoInterpreter) -> PythonInterpreter {
        guard run.hasEnded else { throw NoInterpreter(reason: "`\(program) --version` does not end") }
        let reported = lines(of: reports).compactMap(PythonProcess.init(report:))
        let found = run.sighted + reported.filter { $0.commandLine != nil }
        // A wrapper may call `llm` for other things as well, such as a key.
        let process = found.last { $0.commandLine?.arguments == Self.arguments } ?? found.last
        guard let process, let line = process.commandLine else { throw absence(run.status, reported) }
        if let loss = loss(process, line) { throw NoInterpreter(reason: "`\(program)` \(loss)") }
        return PythonInterpreter(
            command: [process.executable] + line.flags, environment: process.environment.map(restored))
    }

    /// What the program does to `llm` that a Python in its place would not do; nil if nothing.
    private func loss(_ process: PythonProcess, _ line: PythonCommandLine) -> String? {
        if line.arguments != Self.arguments { return "gives `llm` other arguments than it gets" }
        if process.directory != AbsolutePath.current { return "runs `llm` in another directory" }
        if process.streams != streams.compactMap(PythonProcess.identity) {
            return "stands between `llm` and its input or output"
        }
        if process.environment == nil { return "runs `llm` with an environment that is no UTF-8" }
        let isExecutable = PythonInterpreter.isExecutable(process.executable)
        return isExecutable ? nil : "runs `llm` with a Python whose path is unknown"
    }

    /// Why no process that runs `llm` was seen.
    private func absence(_ status: TerminationStatus, _ reported: [PythonProcess]) -> NoInterpreter {
        guard status.isSuccess else {
            let text = lines(of: streams[2]).last.map { String(decoding: $0, as: UTF8.self) } ?? "it does not say why"
            // A shell that traces its commands shows the variables that they set.
            let safe = Redactor(environment: ProcessInfo.processInfo.environment).redact(text)
            return NoInterpreter(reason: "`\(program) --version` fails: \(safe)")
        }
        let kind = reported.isEmpty ? "no Python program, as far as can be seen" : "a Python program of its own"
        return NoInterpreter(reason: "`\(program)` is \(kind)")
    }

    /// An environment without the additions of this run.
    private func restored(_ environment: [String: String]) -> [String: String] {
        var environment = environment
        environment[SiteReport.variable] = nil
        let path = environment["PYTHONPATH"]
        // Otherwise the program contributes to it.
        environment["PYTHONPATH"] =
            path == longerPythonPath
            ? pythonPath
            : path?.split(separator: ":", omittingEmptySubsequences: false).filter { $0 != site }.joined(separator: ":")
        return environment
    }

    private func lines(of path: String) -> [ArraySlice<UInt8>] {
        let bytes = try? FileReader(path: path).rest(limit: 64 << 20)
        return bytes?.split(separator: 0x0A) ?? []
    }
}
