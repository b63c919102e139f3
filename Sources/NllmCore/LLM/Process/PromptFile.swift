internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A prompt as an open unnamed file, for a process's standard input.
///
/// Unlike a pipe it takes a prompt of any size at once, whether or not the process reads it; and because the process
/// shares the file's position, it shows how far the process has read.
final class PromptFile: Sendable {
    let descriptor: FileDescriptor
    private let size: Int64

    init(_ text: String) throws(FileError) {
        size = Int64(text.utf8.count)
        let temporary = EnvironmentVariable.value("TMPDIR") ?? "/tmp"
        // Memory first: a prompt need not touch a disk.
        if let inMemory = try? Self.unnamedFile(in: "/dev/shm", holding: text) {
            descriptor = inMemory
        } else {
            descriptor = try Self.unnamedFile(in: temporary, holding: text)
        }
    }

    deinit {
        try? descriptor.close()
    }

    /// Whether the process has read the whole prompt; an empty one never shows it.
    var isRead: Bool {
        size > 0 && ((try? descriptor.seek(offset: 0, from: .current)) ?? 0) >= size
    }

    private static func unnamedFile(in directory: String, holding text: String) throws(FileError) -> FileDescriptor {
        var template = Array("\(directory)/nllm-batch-XXXXXX".utf8CString)
        let raw = mkstemp(&template)
        guard raw >= 0 else { throw FileError(Errno(rawValue: errno), path: directory) }
        unlink(template)
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        let descriptor = FileDescriptor(rawValue: raw)
        do {
            try descriptor.writeAll(text.utf8)
            try descriptor.seek(offset: 0, from: .start)
            return descriptor
        } catch {
            try? descriptor.close()
            throw FileError(error, path: directory)
        }
    }
}
