internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Why a file cannot be read or written, in the system's words.
struct FileError: PlainError, Equatable {
    var path: String
    var reason: String
    /// The system's error number.
    var code: Int32
    /// Whether the file exists but is not a regular file.
    private(set) var isNotRegular = false

    var plainText: String { "\(path): \(reason)" }

    init(_ error: any Error, path: String, reason: String? = nil) {
        let errno = (error as? Errno) ?? .ioError
        self.path = path
        self.code = errno.rawValue
        self.reason = reason ?? String(describing: errno).lowercasingFirst
    }

    /// The path leads to something other than the required regular file.
    static func notRegular(_ path: String, isLink: Bool = false) -> FileError {
        var error = FileError(Errno.invalidArgument, path: path, reason: isLink ? "is a link" : "not a regular file")
        error.isNotRegular = true
        return error
    }

    /// Whether the place cannot be written at all.
    var isRefusal: Bool {
        isNotRegular
            || [Errno.readOnlyFileSystem, .permissionDenied, .notPermitted, .notDirectory, .isDirectory].contains {
                $0.rawValue == code
            }
    }
}

extension FileError {
    /// The system's message for a full disk.
    fileprivate static let full = [Errno.noSpace, .diskQuotaExceeded].map { FileError($0, path: "").reason }
}

extension NllmError {
    /// What is wrong, and what to do, if a file could not be written because its disk is full; nil otherwise.
    var reasonOfFullDisk: String? {
        guard case .inputOutput(let path, let reason) = self, FileError.full.contains(reason) else { return nil }
        return "\(path): \(reason); free some space"
    }
}

extension String {
    /// The same text, starting in lower case.
    fileprivate var lowercasingFirst: String { prefix(1).lowercased() + dropFirst() }
}

/// Reads a file piece by piece, so that its size does not matter.
final class FileReader {
    /// Which kinds of files are read.
    enum Kind {
        /// Only regular files: nothing that never ends, waits for a writer, or has an effect when it is opened.
        case regular
        /// Any kind, such as a pipe that the user has named, or a file that the system generates.
        case any
    }

    static let pieceSize = 1 << 20
    /// The least that is read at once.
    private static let leastPiece = 1 << 12

    /// Whether it ends by itself: true for a regular file, unlike a pipe or a device.
    let isRegular: Bool
    private let path: String
    private let kind: Kind
    private let descriptor: FileDescriptor
    private let owned: Bool
    /// Whether the file reported that it is empty and has not been read yet.
    private var isSaidToBeEmpty = false
    private var buffer: [UInt8]

    init(path: String, _ kind: Kind = .regular, pieceSize: Int = FileReader.pieceSize) throws(FileError) {
        self.path = path
        self.kind = kind
        owned = true
        // Checked before it is opened, because opening a device may have an effect, and opening a pipe waits.
        if kind == .regular, let status = FileStatus(path, followingLinks: true) {
            try Self.check(status, path)
        }
        do {
            // A pipe may have taken the file's place since the check.
            let isCalledRegular = kind == .regular || FileStatus(path, followingLinks: true)?.kind == .regular
            let options: FileDescriptor.OpenOptions = isCalledRegular ? [.closeOnExec, .nonBlocking] : .closeOnExec
            descriptor = try FileDescriptor.open(path, .readOnly, options: options)
        } catch {
            throw FileError(error, path: path)
        }
        let status = FileStatus(descriptor: descriptor.rawValue)
        isRegular = status?.kind == .regular
        isSaidToBeEmpty = status?.size == 0
        // One byte more, for the end to be seen at once; a large buffer costs more than reading a small file.
        let expected = isRegular ? max(Self.leastPiece, (status?.size ?? 0) + 1) : pieceSize
        buffer = [UInt8](repeating: 0, count: min(pieceSize, expected))
        guard kind == .regular, let status else { return }
        do throws(FileError) {
            try Self.check(status, path)
        } catch {
            try? descriptor.close()
            throw error
        }
    }

    /// Reads this process's standard input.
    init() {
        path = "-"
        kind = .any
        owned = false
        buffer = [UInt8](repeating: 0, count: Self.pieceSize)
        descriptor = .standardInput
        isRegular = FileStatus(descriptor: descriptor.rawValue)?.kind == .regular
    }

    deinit {
        if owned { try? descriptor.close() }
    }

    /// The file's current size in bytes.
    var size: Int { FileStatus(descriptor: descriptor.rawValue)?.size ?? 0 }

    private static func check(_ status: FileStatus, _ path: String) throws(FileError) {
        switch status.kind {
        case .regular: return
        case .directory: throw FileError(Errno.isDirectory, path: path)
        case .link, .other: throw .notRegular(path)
        }
    }

    /// The next bytes; nil at the end.
    func next() throws(FileError) -> ArraySlice<UInt8>? {
        let count: Int
        do {
            count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        } catch {
            // Reading a regular file must not wait, whatever kind it claims to be.
            let waits = (error as? Errno) == .wouldBlock || (error as? Errno) == .resourceTemporarilyUnavailable
            throw isRegular && waits ? .notRegular(path) : FileError(error, path: path)
        }
        guard count > 0 else { return nil }
        if isSaidToBeEmpty, kind == .regular {
            isSaidToBeEmpty = false
            // Files that the system generates, such as /proc/kmsg, are reported as regular, but may never end.
            guard size > 0 else { throw .notRegular(path) }
        }
        return buffer[..<count]
    }

    /// The rest of the file, or nil if that is more than `limit` bytes.
    func rest(limit: Int) throws(FileError) -> [UInt8]? {
        var bytes: [UInt8] = []
        while let piece = try next() {
            guard bytes.count + piece.count <= limit else { return nil }
            bytes.append(contentsOf: piece)
        }
        return bytes
    }
}
