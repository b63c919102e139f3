internal import FoundationEssentials
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The `llm` command on this machine.
public struct LLMProgram: Sendable {
    /// Its absolute path.
    public let path: String

    /// The time allowed for a short command on a busy machine.
    private static let patience = Duration.seconds(180)

    /// Finds `llm` in PATH.
    public static func find() throws(NllmError) -> LLMProgram {
        guard let path = ProgramSearch.find("llm") else {
            throw .llmUnusable(
                reason: "`llm` is not in PATH; install it (pipx install llm), or put its folder into PATH "
                    + "(cron's PATH is short)")
        }
        let program = LLMProgram(path: path)
        if let interpreter = program.missingInterpreter {
            throw .llmUnusable(
                reason: "`\(path)` needs `\(interpreter)`, which is not there any more; install llm again")
        }
        return program
    }

    /// The interpreter named in the script's first line, if it cannot be executed.
    private var missingInterpreter: String? {
        guard let start = try? FileReader(path: path).next()?.prefix(4096), start.starts(with: "#!".utf8) else {
            return nil
        }
        let line = String(decoding: start.dropFirst(2).prefix { $0 != 0x0A }, as: UTF8.self)
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let interpreter = words.first else { return nil }
        guard access(interpreter, X_OK) == 0 else { return interpreter }
        // `#!/usr/bin/env python3`, perhaps with options before the name.
        guard AbsolutePath.name(interpreter) == "env" else { return nil }
        let name = words.dropFirst().first { !$0.hasPrefix("-") && !$0.contains("=") }
        guard let name, ProgramSearch.find(name) == nil, access(name, X_OK) != 0 else { return nil }
        return name
    }

    /// The output of `llm --version`, such as `0.36`; throws if it does not run.
    public func version() async throws(NllmError) -> String {
        let result = try await run(["--version"], timeout: Self.patience)
        guard result.isSuccess else { throw unusable(result.error) }
        let words = result.output.split(whereSeparator: \.isWhitespace)
        return words.last.map(String.init) ?? "unknown"
    }

    /// The version recorded by its installation, without running it; nil if the installation is of an unknown kind.
    var installedVersion: String? {
        let names = sitePackages.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0) } ?? []
        let versions = names.filter { $0.hasPrefix("llm-") && $0.hasSuffix(".dist-info") }
        return versions.count == 1 ? String(versions[0].dropFirst("llm-".count).dropLast(".dist-info".count)) : nil
    }

    /// The folder in which `llm` is installed; nil if there is none, or several candidates.
    ///
    /// bin/llm is beside lib/pythonX.Y/site-packages in virtual environments of all tools.
    var sitePackages: String? {
        let program = URL(filePath: path).resolvingSymlinksInPath()
        let library = program.deletingLastPathComponent().deletingLastPathComponent().appending(path: "lib").path
        let manager = FileManager.default
        let folders = ((try? manager.contentsOfDirectory(atPath: library)) ?? []).filter { $0.hasPrefix("python") }
            .map { "\(library)/\($0)/site-packages" }.filter { manager.fileExists(atPath: $0 + "/llm") }
        return folders.count == 1 ? folders[0] : nil
    }

    /// What it prints about its models and their options; nil if it does not.
    func listing() async -> String? {
        let result = try? await run(["models", "list", "--json", "--options"], timeout: Self.patience)
        return result.flatMap { $0.isSuccess ? $0.output : nil }
    }

    /// The model that it says it uses if none is named.
    func reportedDefaultModel() async throws(NllmError) -> String {
        let result = try await run(["models", "default"], timeout: Self.patience)
        let name = result.output.lastLine ?? ""
        guard result.isSuccess, !name.isEmpty else { throw unusable(result.error) }
        return name
    }

    /// Makes `llm` itself update its log database, alone; throws what is wrong with it, or with `llm`.
    ///
    /// For a program whose Python cannot be found: what that would do in one transaction, `llm` does step by step. So
    /// the end of this process must not end it: it has its own process group and continues without a parent. It also
    /// holds the lock with which all workers of this machine take turns, on the program's own file, until it ends. A
    /// separate folder, with its log linked into place, would not help: a wrapper may choose the folder itself.
    func migrateLog() async throws(NllmError) {
        let lock = open(path, O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else { throw unusable(String(cString: strerror(errno))) }
        defer { close(lock) }
        while flock(lock, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
            guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { return }
        }
        // Other programs that do not know the lock may be using the log.
        for number in 1... {
            // The cheapest command that opens and migrates it. A program that is not a real `llm` may not know it,
            // which its cells will show; one that cannot run is detected here.
            let result = try await runOn(["fragments", "list"], holding: lock)
            guard !result.isSuccess else { return }
            let broken = ["ModuleNotFoundError:", "ImportError:", "bad interpreter", "setpriv: failed to execute"]
            if result.code == 126 || result.code == 127 || broken.contains(where: result.error.contains) {
                throw unusable(result.error)
            }
            guard FailureClassifier.isLocalDatabase(stderr: result.error) else { return }
            // `llm` itself waits 5 s for a lock.
            let tries = result.error.contains("locked") ? 8 : 3
            if number >= tries { throw await logFlaw(result.error).error }
            guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
        }
    }

    /// What is wrong with the log when `llm` fails with this message; whether it holds answers is unknown.
    private func logFlaw(_ said: String) async -> LogFlaw {
        let place = try? await run(["logs", "path"], timeout: Self.patience)
        let path = place?.output.lastLine
        let message = FailureClassifier.message(said)
        // Without the class.
        let detail = message.firstRange(of: ": ").map { String(message[$0.upperBound...]) } ?? message
        return LogFlaw(path: path ?? "logs.db", detail: detail, isFixable: false)
    }

    /// Runs a command that continues after this process or task ends, holding a descriptor until its own end.
    private func runOn(_ arguments: [String], holding descriptor: Int32) async throws(NllmError) -> ShortCommand.Result
    {
        let (results, send) = AsyncStream.makeStream(of: ShortCommand.Result?.self)
        let command = [path] + arguments
        // As its standard input, because nothing else is passed on.
        let input = FileDescriptor(rawValue: fcntl(descriptor, F_DUPFD_CLOEXEC, 0))
        Task.detached {
            send.yield(
                try? await ShortCommand.run(command, timeout: nil, input: input, environment: ChildEnvironment.llm))
        }
        let limit = Task {
            if (try? await Task.sleep(for: Self.patience)) != nil { send.finish() }
        }
        defer { limit.cancel() }
        for await result in results {
            guard let result else { break }
            return result
        }
        throw unusable("`llm \(ShellWord.line(arguments))` does not end, or can't be started")
    }

    private func run(_ arguments: [String], timeout: Duration) async throws(NllmError) -> ShortCommand.Result {
        do {
            return try await ShortCommand.run([path] + arguments, timeout: timeout, environment: ChildEnvironment.llm)
        } catch {
            throw unusable(ErrorText.reason(error))
        }
    }

    private func unusable(_ detail: String) -> NllmError {
        let last = detail.lastLine.map { ": \($0)" } ?? ""
        return .llmUnusable(
            reason: "`\(path)` does not run\(last); try `llm --version`, and install it again if that fails")
    }
}
