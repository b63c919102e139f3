internal import FoundationEssentials
internal import Subprocess

/// One run of `llm --version` through whatever `llm` is, to see the Python that it comes down to.
///
/// Python tells by a module in PYTHONPATH. Flags such as pipx's `-E` make it ignore that; on Linux it is then seen
/// among the running processes. What a program does once `llm` has ended is not seen.
struct InterpreterProbe {
    /// What the run may take, on a machine that has much else to do.
    static let patience = Duration.seconds(180)

    private static let arguments = ["--version"]

    let program: String
    /// Belongs to this run alone, and only its owner may look into it: the reports hold the environment, with its keys.
    let folder: String
    /// The user's own.
    let pythonPath: String?

    private var reports: String { folder + "/reports" }
    private var site: String { folder + "/site" }
    private var streams: [String] { ["input", "output", "error"].map { "\(folder)/\($0)" } }

    /// The user's module path with the reporting module in front; an empty path means none.
    private var longerPythonPath: String {
        pythonPath.flatMap { $0.isEmpty ? nil : "\(site):\($0)" } ?? site
    }

    /// Runs a program by its path and says which Python can stand in for it.
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

    /// The Python that can stand in for the program, if nothing that the program does would be lost.
    private func judge(_ run: ProbeRun) throws(NoInterpreter) -> PythonInterpreter {
        guard run.hasEnded else { throw NoInterpreter(reason: "`\(program) --version` does not end") }
        let reported = lines(of: reports).compactMap(PythonProcess.init(report:))
        let found = run.sighted + reported.filter { $0.commandLine != nil }
        // A wrapper may ask `llm` for other things too, such as a key.
        let process = found.last { $0.commandLine?.arguments == Self.arguments } ?? found.last
        guard let process, let line = process.commandLine else { throw absence(run.status, reported) }
        if let loss = loss(process, line) { throw NoInterpreter(reason: "`\(program)` \(loss)") }
        return PythonInterpreter(
            command: [process.executable] + line.flags, environment: process.environment.map(restored))
    }

    /// What the program does to `llm` that a Python in its place would not do; nil if there is nothing.
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

    /// Why no process was seen to run `llm`.
    private func absence(_ status: TerminationStatus, _ reported: [PythonProcess]) -> NoInterpreter {
        guard status.isSuccess else {
            let text = lines(of: streams[2]).last.map { String(decoding: $0, as: UTF8.self) } ?? "it does not say why"
            // A shell that traces its commands shows the variables they set.
            let safe = Redactor(environment: ProcessInfo.processInfo.environment).redact(text)
            return NoInterpreter(reason: "`\(program) --version` fails: \(safe)")
        }
        let kind = reported.isEmpty ? "no Python program, as far as can be seen" : "a Python program of its own"
        return NoInterpreter(reason: "`\(program)` is \(kind)")
    }

    /// An environment without what this run put into it.
    private func restored(_ environment: [String: String]) -> [String: String] {
        var environment = environment
        environment[SiteReport.variable] = nil
        let path = environment["PYTHONPATH"]
        // Else the program has a part in it.
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
