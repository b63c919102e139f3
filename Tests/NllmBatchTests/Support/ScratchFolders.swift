import Foundation
import Synchronization

/// The folders that tests have made and that are to go: with their owner, or else with the process.
///
/// What a suite's tests share is held by a constant, which has no end of its own.
enum ScratchFolders {
    private static let folders: Mutex<Set<String>> = {
        atexit { ScratchFolders.remove(ScratchFolders.folders.withLock { Array($0) }) }
        return Mutex([])
    }()

    static func add(_ paths: [String]) { folders.withLock { $0.formUnion(paths) } }

    static func remove(_ paths: [String]) {
        for path in paths { try? FileManager.default.removeItem(atPath: path) }
        folders.withLock { $0.subtract(paths) }
    }
}
