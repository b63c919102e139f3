import Foundation
import Synchronization

/// A program that was started and can be waited for, signalled and killed.
final class RunningProcess: Sendable {
    private struct Streams: Sendable {
        let out: Task<Data, Never>
        let err: Task<Data, Never>
    }

    let pid: pid_t
    private let streams: Streams
    private let status: Task<Int32, Never>

    init(
        _ path: String, _ arguments: [String], directory: String, environment: [String: String], input: String
    ) throws {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: directory)
        process.environment = environment
        let (out, err, standardInput) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = out
        process.standardError = err
        process.standardInput = standardInput
        let (ended, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            // A signal reads as in a shell.
            end.yield(process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus)
            end.finish()
        }
        try process.run()
        pid = process.processIdentifier
        streams = Streams(out: Self.drain(out), err: Self.drain(err))
        status = Task {
            for await code in ended { return code }
            return -1
        }
        let writer = standardInput.fileHandleForWriting
        Task.detached {
            try? writer.write(contentsOf: Data(input.utf8))
            try? writer.close()
        }
    }

    /// Waits for the end.
    func result() async throws -> Batch.Result {
        let code = await status.value
        let (out, err) = await (streams.out.value, streams.err.value)
        return Batch.Result(
            code: code, out: String(decoding: out, as: UTF8.self), err: String(decoding: err, as: UTF8.self))
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(pid, number) }

    private static func drain(_ pipe: Pipe) -> Task<Data, Never> {
        let handle = pipe.fileHandleForReading
        let (chunks, send) = AsyncStream.makeStream(of: Data.self)
        handle.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                send.finish()
            } else {
                send.yield(data)
            }
        }
        return Task {
            var all = Data()
            for await chunk in chunks { all.append(chunk) }
            return all
        }
    }
}
