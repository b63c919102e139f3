internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What is at a path.
struct FileStatus {
    enum Kind {
        case regular, directory, link, other
    }

    let kind: Kind
    /// In bytes; 0 for files that the system generates as they are read.
    let size: Int
    /// The id of the user who owns it.
    let owner: uid_t
    /// The permission bits.
    let mode: mode_t
    /// When it was last changed.
    let modified: Date
    private let device: dev_t
    private let inode: ino_t

    /// What is at the path, or at the target of a link if links are followed; nil if it cannot be examined.
    init?(_ path: String, followingLinks: Bool = false) {
        var info = stat()
        guard (followingLinks ? stat(path, &info) : lstat(path, &info)) == 0 else { return nil }
        self.init(info)
    }

    /// What is in an open folder under that name; links are not followed.
    init?(_ name: String, in folder: Int32) {
        var info = stat()
        guard fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        self.init(info)
    }

    /// What an open file is; nil if the system does not report it.
    init?(descriptor: Int32) {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { return nil }
        self.init(info)
    }

    private init(_ info: stat) {
        kind =
            switch info.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .other
            }
        size = Int(info.st_size)
        owner = info.st_uid
        mode = info.st_mode & 0o7777
        #if canImport(Darwin)
            let time = info.st_mtimespec
        #else
            let time = info.st_mtim
        #endif
        modified = Date(timeIntervalSince1970: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
        device = info.st_dev
        inode = info.st_ino
    }

    /// Whether both are the same file.
    func isSame(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}
