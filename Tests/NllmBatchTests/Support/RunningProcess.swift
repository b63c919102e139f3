import Foundation
import Subprocess
import SystemPackage

/// A program that was started and can be waited for and signalled.
final class RunningProcess: Sendable {
    let pid: pid_t
    private let task: Task<Batch.Result, any Error>

    /// Starts a program with `input`, or what can be read from a descriptor, on its standard input.
    init(
        _ path: String, _ arguments: [String], directory: String, environment: [String: String], input: String = "",
        inputDescriptor: FileDescriptor? = nil, line: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws {
        let descriptor = try inputDescriptor ?? Self.file(holding: input)
        let (started, tell) = AsyncStream.makeStream(of: pid_t.self)
        let variables = Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })
        task = Task.detached {
            defer { tell.finish() }
            let outcome = try await Subprocess.run(
                .path(FilePath(path)), arguments: Arguments(arguments), environment: .custom(variables),
                workingDirectory: FilePath(directory),
                input: .fileDescriptor(descriptor, closeAfterSpawningProcess: true), output: .sequence, error: .sequence
            ) { process in
                tell.yield(process.processIdentifier.value)
                async let out = Self.text(process.standardOutput, line: line)
                async let err = Self.text(process.standardError)
                return try await (out, err)
            }
            let code: Int32 =
                switch outcome.terminationStatus {
                case .exited(let code): code
                // As a shell tells it.
                case .signaled(let signal): 128 + signal
                }
            return Batch.Result(code: code, out: outcome.closureResult.0, err: outcome.closureResult.1)
        }
        var first: pid_t?
        for await pid in started {
            first = pid
            break
        }
        guard let first else {
            _ = try await task.value
            throw CancellationError()
        }
        pid = first
    }

    /// Waits for the end.
    func result() async throws -> Batch.Result { try await task.value }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(pid, number) }

    /// An open file without a name, so that nothing waits for a reader.
    private static func file(holding text: String) throws -> FileDescriptor {
        let path = FileManager.default.temporaryDirectory.path + "/nllm-batch-input-" + UUID().uuidString
        let descriptor = try FileDescriptor.open(
            path, .readWrite, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
        unlink(path)
        try descriptor.writeAll(text.utf8)
        try descriptor.seek(offset: 0, from: .start)
        return descriptor
    }

    private static func text(
        _ sequence: SubprocessOutputSequence, line: @Sendable (String) -> Void = { _ in }
    ) async throws -> String {
        var data = Data()
        var told = data.startIndex
        for try await buffer in sequence {
            buffer.withUnsafeBytes { data.append(contentsOf: $0) }
            while let end = data[told...].firstIndex(of: 0x0A) {
                line(String(decoding: data[told..<end], as: UTF8.self))
                told = end + 1
            }
        }
        return String(decoding: data, as: UTF8.self)
    }
}
