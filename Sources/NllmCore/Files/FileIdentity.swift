#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Which file it is, whatever it is called.
struct FileIdentity: Sendable, Equatable {
    private let device: UInt64
    private let inode: UInt64

    /// The file at a path, links followed; nil if there is none.
    init?(path: String) {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        self.init(info)
    }

    /// An open file; nil if nothing is known of it.
    init?(descriptor: Int32) {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { return nil }
        self.init(info)
    }

    private init(_ info: stat) {
        device = UInt64(truncatingIfNeeded: info.st_dev)
        inode = UInt64(truncatingIfNeeded: info.st_ino)
    }

    /// Whether there is nothing at that path any more, or another file; a path that can't be looked at proves nothing.
    func hasLeft(_ path: String) -> Bool {
        var info = stat()
        guard stat(path, &info) != 0 else { return FileIdentity(info) != self }
        return [ENOENT, ENOTDIR].contains(errno)
    }
}
