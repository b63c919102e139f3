internal import FoundationEssentials
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Holds a series, so that no other start makes a night of it at the same time.
///
/// It is a lock on one byte of a file beside the database, which ends with this object or the process, however that ends.
package actor SeriesLock {
    /// Between attempts to get a lock.
    private static let pause = Duration.milliseconds(200)

    private var file: FileDescriptor?
    private let waits: (@Sendable (String) -> Void)?

    /// - Parameter waits: is called once with the series if another process has it and it is waited for; nil not to wait.
    package init(waits: (@Sendable (String) -> Void)? = nil) { self.waits = waits }

    deinit { try? file?.close() }

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - series: the series.
    ///   - database: the path of the database.
    /// - Throws: that another process has it, or that the file cannot be made.
    func take(_ series: String, database: String) async throws(NllmError) {
        let path = database + "-series"
        do {
            try Directory.create(AbsolutePath.parent(path))
            file = try FileDescriptor.open(
                path, .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        } catch {
            throw .cannotCreate(path: path, reason: ErrorText.reason(error))
        }
        var isWaiting = false
        while let file, let holder = Self.holder(of: series, in: file) {
            guard let waits else { throw .seriesInUse(series: series, process: holder) }
            if !isWaiting { waits(series) }
            isWaiting = true
            try? await Task.sleep(for: Self.pause)
        }
    }

    /// Takes the lock; the id of the process that has it if that fails.
    private static func holder(of series: String, in file: FileDescriptor) -> Int32? {
        var request = flock()
        request.l_type = Int16(F_WRLCK)
        request.l_whence = Int16(SEEK_SET)
        request.l_start = off_t(offset(of: series))
        request.l_len = 1
        if fcntl(file.rawValue, F_SETLK, &request) == 0 { return nil }
        guard fcntl(file.rawValue, F_GETLK, &request) == 0 else { return 0 }
        return request.l_type == Int16(F_UNLCK) ? 0 : request.l_pid
    }

    /// The byte that stands for a series (FNV-1a).
    private static func offset(of series: String) -> UInt64 {
        let hash = series.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return hash >> 2
    }
}
