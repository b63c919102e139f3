internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A file that appears under its name completely or not at all.
///
/// It is written beside its destination under a fixed hidden name, so that one left by a killed process is replaced by
/// the next. Its permissions follow the umask. Processes that may write the same file at the same time must hold a
/// lock.
struct AtomicFile: ~Copyable {
    static let bufferSize = 1 << 18

    private let path: String
    private let temporary: String
    private let descriptor: FileDescriptor
    private var buffer: [UInt8] = []
    private var isInPlace = false

    init(path: String) throws(FileError) {
        self.path = path
        let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) } ?? path.startIndex
        temporary = path[..<name] + "." + path[name...] + ".tmp"
        do {
            descriptor = try Self.create(temporary)
        } catch {
            throw FileError(error, path: path)
        }
    }

    /// Creates a new file, never through a link; a file of that name was left by a killed process, or is in the way.
    private static func create(_ path: String) throws -> FileDescriptor {
        func make() throws -> FileDescriptor {
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o666))
        }
        do {
            return try make()
        } catch Errno.fileExists {
            guard unlink(path) == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
            return try make()
        }
    }

    deinit {
        try? descriptor.close()
        if !isInPlace { unlink(temporary) }
    }

    /// Writes a whole file.
    static func write(_ bytes: some Sequence<UInt8>, to path: String, durably: Bool = false) throws(FileError) {
        var file = try AtomicFile(path: path)
        try file.write(bytes)
        try file.commit(durably: durably)
    }

    /// Whether a file has exactly these bytes: replacing one costs far more than reading it.
    static func holds(_ bytes: [UInt8], at path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size == bytes.count else {
            return false
        }
        return bytes
            == [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
                count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
            }
    }

    mutating func write(_ bytes: some Sequence<UInt8>) throws(FileError) {
        // Large pieces are written directly.
        if let whole = bytes as? [UInt8], whole.count >= Self.bufferSize {
            try flush()
            return try write(all: whole)
        }
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Puts the file in its place; `durably` if it must survive a power cut.
    mutating func commit(durably: Bool = false) throws(FileError) {
        try flush()
        if durably { fsync(descriptor.rawValue) }
        guard rename(temporary, path) == 0 else { throw FileError(Errno(rawValue: errno), path: path) }
        isInPlace = true
    }

    private func write(all bytes: [UInt8]) throws(FileError) {
        do {
            try descriptor.writeAll(bytes)
        } catch {
            throw FileError(error, path: path)
        }
    }

    private mutating func flush() throws(FileError) {
        try write(all: buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
