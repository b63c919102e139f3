internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A file of lines that is locked while its owner lives; what is not a line in it is NUL bytes.
///
/// Lines are taken out by writing NULs over them, which needs no space and leaves a file whole at any instant.
final class RescueFile {
    let path: String
    private let descriptor: Int32
    /// The bytes that are the file's for certain; nil if it grows.
    private let capacity: Int?
    /// Where the next line goes.
    private var end = 0

    private init(path: String, descriptor: Int32, capacity: Int? = nil) {
        (self.path, self.descriptor, self.capacity) = (path, descriptor, capacity)
    }

    deinit { close(descriptor) }

    // MARK: The owner

    /// Makes a new file that belongs to this process.
    ///
    /// - Parameters:
    ///   - path: where; nothing may be there.
    ///   - mode: its rights.
    ///   - capacity: how many bytes are reserved, so that so much can be kept on a disk that is full; nil for none.
    /// - Returns: the file.
    /// - Throws: when it can't be made, or has no room for so much; then nothing is there.
    static func create(_ path: String, mode: mode_t, capacity: Int? = nil) throws(FileError) -> RescueFile {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileError(Errno(rawValue: errno), path: path) }
        let file = RescueFile(path: path, descriptor: descriptor, capacity: capacity)
        // Whatever the umask is, a user who may read the database may read this.
        fchmod(descriptor, mode)
        flock(descriptor, LOCK_EX | LOCK_NB)
        guard let capacity, let code = file.reserve(capacity) else { return file }
        unlink(path)
        throw FileError(Errno(rawValue: code), path: path)
    }

    /// Adds lines that end with a line feed, until one does not fit.
    ///
    /// - Returns: how many are on the disk now.
    func append(_ lines: [[UInt8]]) -> Int {
        guard isInPlace else { return 0 }
        let begin = end
        var count = 0
        for line in lines {
            guard capacity.map({ end + line.count <= $0 }) ?? true, write(line, at: end) else { break }
            end += line.count
            count += 1
        }
        if count > 0, fsync(descriptor) == 0 { return count }
        end = begin
        return 0
    }

    /// Takes all lines out.
    func empty() {
        if capacity == nil { ftruncate(descriptor, 0) } else if end > 0 { blank(0..<end) }
        end = 0
    }

    /// Whether the path leads to this file.
    var isInPlace: Bool { FileIdentity(descriptor: descriptor).map { !$0.hasLeft(path) } ?? false }

    /// Takes the file away, if it is this one that is there.
    func remove() { if isInPlace { unlink(path) } }

    /// Has the disk set bytes aside, and returns what is in the way.
    private func reserve(_ bytes: Int) -> Int32? {
        #if os(Linux)
            let code = posix_fallocate(descriptor, 0, off_t(bytes))
            guard code == 0 else { return code }
        #else
            let piece = [UInt8](repeating: 0, count: 1 << 16)
            for offset in stride(from: 0, to: bytes, by: piece.count) {
                guard write(piece, at: offset) else { return errno }
            }
        #endif
        return fsync(descriptor) == 0 ? nil : errno
    }

    private func write(_ bytes: [UInt8], at offset: Int) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    // MARK: Later processes

    /// What is found at a path.
    enum Finding {
        case file(RescueFile)
        /// Its owner lives, or another process works on it.
        case inUse
        /// No regular file of this user's, or gone.
        case notOurs
    }

    /// Opens a file that an earlier process has left, and locks it.
    static func find(_ path: String) -> Finding {
        let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return .notOurs }
        let file = RescueFile(path: path, descriptor: descriptor)
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_uid == geteuid(),
            info.st_nlink == 1
        else { return .notOurs }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return .inUse }
        return file.isInPlace ? .file(file) : .notOurs
    }

    /// Reads bytes at an offset; none at the end.
    fileprivate func read(at offset: Int, into buffer: inout [UInt8]) -> Int {
        while true {
            let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
            if count >= 0 || errno != EINTR { return max(0, count) }
        }
    }

    /// Writes NULs over a part.
    func blank(_ range: Range<Int>) {
        let piece = [UInt8](repeating: 0, count: min(range.count, 1 << 16))
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 16) {
            _ = write(Array(piece.prefix(range.upperBound - offset)), at: offset)
        }
        fsync(descriptor)
    }
}

/// The lines of a rescue file, one after the other, so that its size does not matter.
struct RescueLines {
    private let file: RescueFile
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)
    private var rest: ArraySlice<UInt8> = []
    /// Where the bytes after the buffer's are.
    private var offset = 0
    private var start = 0

    init(_ file: RescueFile) { self.file = file }

    /// The next line, its line feed not included, and its place, the line feed included; nil at the end.
    ///
    /// What follows the last line feed is not a line: it was cut off.
    mutating func next() -> (line: ArraySlice<UInt8>, place: Range<Int>)? {
        var line: [UInt8] = []
        while true {
            if let end = Self.lineFeed(in: rest) {
                line += rest[..<end]
                rest = rest[(end + 1)...]
                let content = line.drop { $0 == 0 }
                let place = start + end + 1
                if !content.isEmpty { return (content, (place - content.count - 1)..<place) }
                line = []
                continue
            }
            // The end of the file is nothing but NULs, and may be long.
            if !line.isEmpty || !Self.isBlank(rest) { line += rest }
            let count = file.read(at: offset, into: &buffer)
            guard count > 0 else { return nil }
            (start, rest) = (offset, buffer[..<count])
            offset += count
        }
    }

    private static func lineFeed(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, let found = memchr(base, 0x0A, raw.count) else { return nil }
            return bytes.startIndex + (UnsafeRawPointer(found) - base)
        }
    }

    private static func isBlank(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, let first = raw.first else { return true }
            return first == 0 && memcmp(base, base + 1, raw.count - 1) == 0
        }
    }
}
