#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The identity of a file, independent of its path.
struct FileIdentity: Sendable, Equatable {
    private let device: UInt64
    private let inode: UInt64

    /// The file at a path, following links; nil if there is none.
    init?(path: String) {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        self.init(info)
    }

    /// An open file; nil if the system does not identify it.
    init?(descriptor: Int32) {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { return nil }
        self.init(info)
    }

    private init(_ info: stat) {
        device = UInt64(truncatingIfNeeded: info.st_dev)
        inode = UInt64(truncatingIfNeeded: info.st_ino)
    }

    /// Whether the path no longer leads to this file; a path that cannot be examined proves nothing.
    func hasLeft(_ path: String) -> Bool {
        var info = stat()
        guard stat(path, &info) != 0 else { return FileIdentity(info) != self }
        return [ENOENT, ENOTDIR].contains(errno)
    }
}
