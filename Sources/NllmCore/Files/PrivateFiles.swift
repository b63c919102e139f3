internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Files and folders that only their owner can access.
public enum PrivateFiles {
    static let fileMode: mode_t = 0o600
    static let folderMode: mode_t = 0o700
    private static let others: mode_t = 0o077

    /// Makes everything that this process and its children create from now on private to their owner.
    public static func begin() { umask(others) }

    /// Makes a file private; a missing file is ignored.
    static func restrict(file path: String) throws(NllmError) {
        try restrict(path, to: fileMode)
    }

    /// Makes a run's folder and all files in it private, unless they are already.
    static func restrict(folder path: String) throws(NllmError) {
        guard let status = FileStatus(path), status.mode & others != 0 else { return }
        if let folder = OpenFolder(path) { restrictContents(of: folder, levels: 2) }
        try restrict(path, to: folderMode)
    }

    private static func restrict(_ path: String, to mode: mode_t) throws(NllmError) {
        guard let status = FileStatus(path, followingLinks: true), status.mode & others != 0 else { return }
        guard chmod(path, mode) != 0 else { return }
        throw .cannotRestrict(path: path, reason: FileError(Errno(rawValue: errno), path: path).reason)
    }

    private static func restrictContents(of folder: OpenFolder, levels: Int) {
        folder.forEachName { name in
            switch folder.status(of: name)?.kind {
            case .regular: folder.setMode(fileMode, of: name)
            case .directory:
                if levels > 0, let inner = OpenFolder(name, in: folder) {
                    restrictContents(of: inner, levels: levels - 1)
                }
                folder.setMode(folderMode, of: name)
            case .link, .other, nil: break
            }
        }
    }
}
