internal import Crypto
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Copies a file whose content is identified by its digest.
enum VerifiedCopy {
    /// Why there is no copy.
    enum Problem: Error, Equatable {
        /// The file has different content.
        case changed
        /// The file is missing or cannot be read.
        case unreadable(FileError)
        /// The copy cannot be written, or the system has no descriptors left.
        case impossible(FileError)
    }

    /// The number of bytes by which a file may grow while it is read.
    private static let growth = 16 << 20

    /// Copies the file.
    ///
    /// - Parameters:
    ///   - source: the file, which must be a regular one.
    ///   - target: a path at which nothing exists yet.
    ///   - digest: SHA-256 of the content as hexadecimal digits.
    ///   - edit: makes the copy's content from the file's, which is then read as a whole; nil to copy it unchanged.
    /// - Returns: the size of the copy in bytes.
    /// - Throws: why there is none, for example because the file has different content.
    static func make(
        of source: String, at target: String, digest: String, edit: (([UInt8]) -> [UInt8])? = nil
    ) throws(Problem) -> Int {
        let input = try open(source)
        defer { try? input.close() }
        let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .noFollow, .closeOnExec]
        let output: FileDescriptor
        do {
            output = try FileDescriptor.open(target, .writeOnly, options: options, permissions: .ownerRead)
        } catch {
            throw .impossible(FileError(error, path: target))
        }
        defer { try? output.close() }
        do throws(Problem) {
            return try copy(input, source, to: output, target, digest: digest, edit: edit)
        } catch {
            unlink(target)
            throw error
        }
    }

    private static func copy(
        _ input: FileDescriptor, _ source: String, to output: FileDescriptor, _ target: String, digest: String,
        edit: (([UInt8]) -> [UInt8])?
    ) throws(Problem) -> Int {
        var hasher = SHA256()
        var whole: [UInt8] = []
        var size = 0
        let limit = try length(input, source) + growth
        var buffer = [UInt8](repeating: 0, count: FileReader.pieceSize)
        while size <= limit {
            let count: Int
            do {
                count = try buffer.withUnsafeMutableBytes { try input.read(into: $0) }
            } catch {
                throw .unreadable(FileError(error, path: source))
            }
            if count == 0 { break }
            size += count
            hasher.update(data: buffer[..<count])
            if edit == nil { try write(buffer[..<count], to: output, target) } else { whole += buffer[..<count] }
        }
        guard Hexadecimal.text(hasher.finalize()) == digest else { throw .changed }
        guard let edit else { return size }
        let edited = edit(whole)
        try write(edited[...], to: output, target)
        return edited.count
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to output: FileDescriptor, _ path: String) throws(Problem) {
        do {
            try output.writeAll(bytes)
        } catch {
            throw .impossible(FileError(error, path: path))
        }
    }

    /// Opens a file without waiting for a writer.
    private static func open(_ path: String) throws(Problem) -> FileDescriptor {
        do {
            return try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
        } catch {
            let problem = FileError(error, path: path)
            let isOurs = [Errno.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory].contains {
                $0.rawValue == problem.code
            }
            throw isOurs ? .impossible(problem) : .unreadable(problem)
        }
    }

    private static func length(_ file: FileDescriptor, _ path: String) throws(Problem) -> Int {
        var info = stat()
        guard fstat(file.rawValue, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(FileError(Errno.invalidArgument, path: path, reason: "not a regular file"))
        }
        return Int(info.st_size)
    }
}
