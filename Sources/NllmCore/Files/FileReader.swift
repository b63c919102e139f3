internal import SystemPackage

/// Why a file can't be read or written, in the system's words.
struct FileError: Error, Equatable {
    var path: String
    var reason: String
    /// The system's error number.
    var code: Int32

    init(_ error: any Error, path: String, reason: String? = nil) {
        let errno = (error as? Errno) ?? .ioError
        self.path = path
        self.code = errno.rawValue
        self.reason = reason ?? String(describing: errno).lowercasingFirst
    }

    /// Whether the place may not be written at all.
    var isRefusal: Bool {
        [Errno.readOnlyFileSystem, .permissionDenied, .notPermitted, .notDirectory, .isDirectory].contains {
            $0.rawValue == code
        }
    }
}

extension String {
    /// The same text with its first character in lower case.
    fileprivate var lowercasingFirst: String { prefix(1).lowercased() + dropFirst() }
}

/// Reads a file piece by piece, so that its size does not matter.
final class FileReader {
    static let pieceSize = 1 << 20

    private let path: String
    private let descriptor: FileDescriptor
    private let owned: Bool
    private var buffer = [UInt8](repeating: 0, count: FileReader.pieceSize)

    init(path: String) throws(FileError) {
        self.path = path
        owned = true
        do {
            descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        } catch {
            throw FileError(error, path: path)
        }
    }

    /// Reads this process's standard input.
    init() {
        path = "-"
        owned = false
        descriptor = .standardInput
    }

    deinit {
        if owned { try? descriptor.close() }
    }

    /// The next bytes; nil at the end.
    func next() throws(FileError) -> ArraySlice<UInt8>? {
        do {
            let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
            return count == 0 ? nil : buffer[..<count]
        } catch {
            throw FileError(error, path: path)
        }
    }

    /// All that is left, or nil if that is more than `limit` bytes.
    func rest(limit: Int) throws(FileError) -> [UInt8]? {
        var bytes: [UInt8] = []
        while let piece = try next() {
            guard bytes.count + piece.count <= limit else { return nil }
            bytes.append(contentsOf: piece)
        }
        return bytes
    }
}
