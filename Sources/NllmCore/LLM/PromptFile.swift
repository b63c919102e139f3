internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A prompt as an open file without a name, to be a process's standard input.
///
/// Unlike a pipe it takes a prompt of any size at once, whether or not the process reads it; and because the process
/// shares the file's position, it shows how far the process has read.
final class PromptFile: Sendable {
    let descriptor: FileDescriptor
    private let size: Int64

    init(_ text: String) throws(FileError) {
        descriptor = try Self.unnamedFile()
        do {
            size = Int64(try descriptor.writeAll(text.utf8))
            try descriptor.seek(offset: 0, from: .start)
        } catch {
            try? descriptor.close()
            throw FileError(error, path: "the prompt's temporary file")
        }
    }

    deinit {
        try? descriptor.close()
    }

    /// Whether the process has read the whole prompt.
    var isRead: Bool {
        ((try? descriptor.seek(offset: 0, from: .current)) ?? 0) >= size
    }

    private static func unnamedFile() throws(FileError) -> FileDescriptor {
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // Memory first: a prompt need not touch a disk.
        for directory in ["/dev/shm", temporary] {
            var template = Array("\(directory)/nllm-batch-XXXXXX".utf8CString)
            let raw = mkstemp(&template)
            guard raw >= 0 else { continue }
            unlink(template)
            _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
            return FileDescriptor(rawValue: raw)
        }
        throw FileError(Errno(rawValue: errno), path: temporary)
    }
}
