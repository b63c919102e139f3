import Foundation
import Testing

#if os(Linux)
    import Glibc
#endif

/// A small disk that can be filled and be made read-only.
struct TinyDisk: Sendable {
    let path: String
    private let kilobytes: Int

    /// Whether this user may mount one.
    static let isAvailable: Bool = {
        let path = FileManager.default.temporaryDirectory.path + "/nllm-batch-disk-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard let disk = try? TinyDisk(at: path) else { return false }
        disk.unmount()
        return true
    }()

    /// A new disk, of 768 KB unless more is asked for.
    init(at path: String, kilobytes: Int = 768) throws {
        (self.path, self.kilobytes) = (path, kilobytes)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try #require(mount())
    }

    func unmount() {
        #if os(Linux)
            umount(path)
        #endif
    }

    func makeReadOnly() throws {
        let (readOnly, remount): (UInt, UInt) = (1, 32)
        try #require(mount(flags: readOnly | remount))
    }

    /// Leaves not a byte; again, if something was freed meanwhile.
    func fill() throws {
        let descriptor = open(path + "/fill", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try #require(descriptor >= 0)
        let page = [UInt8](repeating: 0, count: 4096)
        while write(descriptor, page, page.count) > 0 {}
        close(descriptor)
    }

    func free() throws { try FileManager.default.removeItem(atPath: path + "/fill") }

    /// Mounts memory as a disk; with no access but reading if `flags` say so.
    private func mount(flags: UInt = 0) -> Bool {
        #if os(Linux)
            Glibc.mount("tmpfs", path, "tmpfs", flags, "size=\(kilobytes)k") == 0
        #else
            false
        #endif
    }
}
