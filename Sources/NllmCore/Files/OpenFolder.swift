#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// An open folder, whose contents are reached without following any link.
final class OpenFolder {
    private let descriptor: Int32

    /// Opens a folder; nil if it does not exist, cannot be read, or is behind a link while links are not followed.
    init?(_ path: String, followingLinks: Bool = false) {
        descriptor = open(path, followingLinks ? Self.flags & ~O_NOFOLLOW : Self.flags)
        if descriptor < 0 { return nil }
    }

    /// Opens a folder in another one; nil if there is none.
    init?(_ name: String, in folder: OpenFolder) {
        descriptor = openat(folder.descriptor, name, Self.flags)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    private static let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    /// What is there under that name; nil if there is nothing.
    func status(of name: String) -> FileStatus? { FileStatus(name, in: descriptor) }

    /// Visits the names without holding all of them at once: there may be a million.
    func forEachName(_ body: (String) throws -> Void) rethrows {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { return }
        guard let stream = fdopendir(copy) else {
            close(copy)
            return
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { try body(name) }
        }
    }

    /// The first name in the folder; nil if it is empty.
    var anyName: String? {
        var found: String?
        forEachName { found = found ?? $0 }
        return found
    }

    /// Removes a file or a link.
    func removeFile(_ name: String) { unlinkat(descriptor, name, 0) }

    /// Removes a folder if it is empty.
    func removeFolder(_ name: String) { unlinkat(descriptor, name, AT_REMOVEDIR) }

    /// Sets the permission bits of the entry with that name, unless it is a link.
    func setMode(_ mode: mode_t, of name: String) {
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return }
        fchmod(file, mode)
        close(file)
    }
}
