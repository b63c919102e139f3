internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The `llm` command on this machine.
public struct LLMProgram: Sendable {
    /// Its absolute path.
    public let path: String

    /// What a short command may take, on a machine that has much else to do.
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

    /// The interpreter that the script's first line names, if it can't be executed.
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

    /// What `llm --version` says, such as `0.36`; throws if it does not run.
    public func version() async throws(NllmError) -> String {
        let result = try await run(["--version"], timeout: Self.patience)
        guard result.isSuccess else { throw unusable(result.error) }
        let words = result.output.split(whereSeparator: \.isWhitespace)
        return words.last.map(String.init) ?? "unknown"
    }

    /// The version as its installation tells it, without running it; nil if the installation is of an unknown kind.
    var installedVersion: String? {
        // bin/llm stands beside lib/pythonX.Y/site-packages/llm-VERSION.dist-info in virtual environments of all makers.
        let program = URL(filePath: path).resolvingSymlinksInPath()
        let library = program.deletingLastPathComponent().deletingLastPathComponent().appending(path: "lib").path
        let manager = FileManager.default
        var versions: [String] = []
        for python in (try? manager.contentsOfDirectory(atPath: library)) ?? [] where python.hasPrefix("python") {
            for name in (try? manager.contentsOfDirectory(atPath: "\(library)/\(python)/site-packages")) ?? []
            where name.hasPrefix("llm-") && name.hasSuffix(".dist-info") {
                versions.append(String(name.dropFirst("llm-".count).dropLast(".dist-info".count)))
            }
        }
        return versions.count == 1 ? versions[0] : nil
    }

    /// The models that it knows; nil if it does not tell, as a program that only behaves like `llm` may not.
    func models() async -> ModelCatalogue? {
        guard let result = try? await run(["models", "list", "--json"], timeout: Self.patience), result.isSuccess else {
            return nil
        }
        return ModelCatalogue(listing: result.output)
    }

    /// The model that `llm` uses when none is named.
    public func defaultModel() async throws(NllmError) -> String {
        let environment = ProcessInfo.processInfo.environment
        if let name = environment["LLM_MODEL"], !name.isEmpty { return name }
        let result = try await run(["models", "default"], timeout: Self.patience)
        let name = result.output.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        guard result.isSuccess, !name.isEmpty else { throw unusable(result.error) }
        return name
    }

    /// Makes `llm` ready to be run many times at once: its log database is migrated by one process, alone.
    ///
    /// Each `llm` call migrates that database, logged or not, and on a new one concurrent calls fail. All workers of
    /// this machine take their turn through a lock on the program's own file.
    func prepare() async throws(NllmError) {
        let lock = open(path, O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else { throw unusable(String(cString: strerror(errno))) }
        defer { close(lock) }
        while flock(lock, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
            guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { return }
        }
        guard logDatabaseIsOlder else { return }
        // The cheapest command that opens and migrates it. A program that is no real `llm` may not know it, and is
        // then found out by its cells; one that can't run is found out here.
        let result = try await run(["fragments", "list"], timeout: Self.patience)
        let broken = ["ModuleNotFoundError:", "ImportError:", "bad interpreter", "setpriv: failed to execute"]
        if !result.isSuccess, result.code == 126 || result.code == 127 || broken.contains(where: result.error.contains)
        {
            throw unusable(result.error)
        }
    }

    /// Whether the log database is missing or was last written before this `llm` was installed.
    private var logDatabaseIsOlder: Bool {
        let environment = ProcessInfo.processInfo.environment
        let home = FileManager.default.homeDirectoryForCurrentUser.path
        #if os(macOS)
            let usual = home + "/Library/Application Support/io.datasette.llm"
        #else
            let usual = (environment["XDG_CONFIG_HOME"] ?? home + "/.config") + "/io.datasette.llm"
        #endif
        let folder = environment["LLM_USER_PATH"].map { AbsolutePath.resolve($0) } ?? usual
        let program = URL(filePath: path).resolvingSymlinksInPath().path
        guard let migrated = Self.modificationDate(folder + "/logs.db"), let installed = Self.modificationDate(program)
        else { return true }
        return migrated < installed
    }

    private static func modificationDate(_ path: String) -> Date? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }

    private func run(_ arguments: [String], timeout: Duration) async throws(NllmError) -> ShortCommand.Result {
        do {
            return try await ShortCommand.run([path] + arguments, timeout: timeout)
        } catch {
            throw unusable(String(describing: error))
        }
    }

    private func unusable(_ detail: String) -> NllmError {
        let last = detail.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
        return .llmUnusable(
            reason: "`\(path)` does not run\(last); try `llm --version`, and install it again if that fails")
    }
}
