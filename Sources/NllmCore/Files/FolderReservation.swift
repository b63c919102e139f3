internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The folders that an enqueue creates for a new run before it is known whether it will be committed.
final class FolderReservation: Sendable {
    private let made = Mutex<[String]>([])

    /// Creates a folder and its parents; false if it exists.
    func make(_ folder: String) throws(NllmError) -> Bool {
        let parent = AbsolutePath.parent(folder)
        var missing: [String] = []
        var ancestor = parent
        while ancestor != "/", access(ancestor, F_OK) != 0 {
            missing.append(ancestor)
            ancestor = AbsolutePath.parent(ancestor)
        }
        try Directory.create(parent)
        made.withLock { $0 += missing.reversed() }
        if mkdir(folder, 0o777) != 0 {
            if errno == EEXIST { return false }
            try Directory.create(folder)
        }
        made.withLock { $0.append(folder) }
        return true
    }

    /// Removes what was created, unless something has been put into it.
    func undo() {
        made.withLock { made in
            for folder in made.reversed() { rmdir(folder) }
            made = []
        }
    }
}
