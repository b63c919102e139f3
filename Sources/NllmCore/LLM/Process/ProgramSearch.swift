internal import FoundationEssentials
internal import Subprocess
internal import SystemPackage

/// Finds programs as a shell does.
enum ProgramSearch {
    /// The absolute path of an executable file with that name in PATH.
    static func find(_ name: String, path: String? = ProcessInfo.processInfo.environment["PATH"]) -> String? {
        for directory in (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") {
            let candidate = AbsolutePath.resolve("\(directory)/\(name)")
            var isDirectory = false
            if FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory), !isDirectory,
                FileManager.default.isExecutableFile(atPath: candidate)
            {
                return candidate
            }
        }
        return nil
    }
}

/// Runs a program with a small output and a short runtime.
enum ShortCommand {
    struct Result: Sendable {
        /// Nil if it was killed, or did not end in time.
        var code: Int32?
        var output: String
        var error: String

        var isSuccess: Bool { code == 0 }
    }

    /// Runs a program by its absolute path.
    ///
    /// - Parameters:
    ///   - command: its path and its arguments.
    ///   - timeout: the time allowed; nil for no limit, in its own process group.
    ///   - input: its standard input, which is closed here; nil for none.
    ///   - environment: its variables.
    /// - Returns: how it ended, and its output.
    /// - Throws: if it cannot be started.
    static func run(
        _ command: [String], timeout: Duration?, input: FileDescriptor? = nil, environment: Environment = .inherit
    ) async throws -> Result {
        var options = PlatformOptions()
        if timeout == nil { options.processGroupID = 0 }
        let outcome = try await Subprocess.run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())), environment: environment,
            platformOptions: options,
            input: .fileDescriptor(
                try input ?? .open("/dev/null", .readOnly, options: .closeOnExec),
                closeAfterSpawningProcess: true),
            output: .sequence, error: .sequence
        ) { process in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    guard let timeout, (try? await Task.sleep(for: timeout)) != nil else { return }
                    await process.teardown(using: [
                        .send(signal: .kill, allowedDurationToNextStep: .seconds(1))
                    ])
                }
                async let output = text(process.standardOutput)
                async let error = text(process.standardError)
                let texts = await (output, error)
                group.cancelAll()
                return texts
            }
        }
        let code: Int32? = if case .exited(let code) = outcome.terminationStatus { code } else { nil }
        return Result(code: code, output: outcome.closureResult.0, error: outcome.closureResult.1)
    }

    private static func text(_ sequence: SubprocessOutputSequence) async -> String {
        var bytes: [UInt8] = []
        do {
            for try await buffer in sequence where bytes.count < 1 << 20 {
                buffer.withUnsafeBytes { bytes.append(contentsOf: $0) }
            }
        } catch {
            // What was read so far is the text.
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
