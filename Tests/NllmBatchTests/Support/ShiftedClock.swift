#if os(Linux)
    import Foundation
    import Testing

    /// A clock of their own for programs, which can be set while they run.
    struct ShiftedClock {
        /// What has a program run by this clock.
        let environment: [String: String]
        private let file: String

        /// A clock that is ahead of the machine's.
        init(ahead seconds: Int64, in batch: Batch) async throws {
            file = batch.directory + "/clock"
            let library = batch.directory + "/shifted_clock.so"
            let source = Batch.packageRoot + "/Tests/Support/shifted_clock.c"
            // Swift's own toolchain has this compiler.
            try await batch.command(
                "/usr/bin/env", ["clang", "-shared", "-fPIC", "-O1", "-fuse-ld=lld", "-o", library, source],
                environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]
            ).requireSuccess()
            environment = ["LD_PRELOAD": library, "SHIFTED_CLOCK": file]
            try Self.content(seconds).write(to: URL(filePath: file))
        }

        /// Sets it, at once for all programs that run by it.
        func set(ahead seconds: Int64) throws {
            let handle = try FileHandle(forUpdating: URL(filePath: file))
            try handle.write(contentsOf: Self.content(seconds))
            try handle.close()
        }

        private static func content(_ seconds: Int64) -> Data { withUnsafeBytes(of: seconds) { Data($0) } }
    }
#endif
