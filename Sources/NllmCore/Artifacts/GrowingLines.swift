internal import SystemPackage

/// The `results.jsonl` of a run that grows, with the places of the lines that this process has appended.
///
/// When the run has ended, its lines are put in order, and those with a known place are copied instead of being made
/// again. Other processes may append to the file as well; once one has replaced it, no place is known any more.
struct GrowingLines {
    private struct Place {
        var attemptID: AttemptID
        var offset: Int64
        var count: Int
    }

    private let path: String
    private var file: FileIdentity?
    private var places: [Place] = []

    init(path: String) {
        self.path = path
    }

    /// Appends lines, each with the attempt whose result it is; the folder is locked.
    mutating func append(_ lines: [(attemptID: AttemptID, bytes: [UInt8])]) throws {
        guard !lines.isEmpty else { return }
        do {
            // Opening neither waits nor follows a link, whatever has taken the file's place.
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.append, .create, .noFollow, .nonBlocking, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o666))
            try file.closeAfter { try append(lines, to: file) }
        } catch let error as FileError {
            throw error
        } catch {
            let isLink = FileStatus(path)?.kind == .link
            throw isLink ? .notRegular(path, isLink: true) : FileError(error, path: path)
        }
    }

    private mutating func append(_ lines: [(attemptID: AttemptID, bytes: [UInt8])], to file: FileDescriptor) throws {
        guard FileStatus(descriptor: file.rawValue)?.kind == .regular else { throw FileError.notRegular(path) }
        let identity = FileIdentity(descriptor: file.rawValue)
        if identity == nil || identity != self.file { (self.file, places) = (identity, []) }
        var offset = try file.seek(offset: 0, from: .end)
        _ = try file.writeAll(lines.flatMap(\.bytes))
        for line in lines {
            places.append(Place(attemptID: line.attemptID, offset: offset, count: line.bytes.count))
            offset += Int64(line.bytes.count)
        }
    }

    /// Calls `body` with a function that finds the line of an attempt, nil for an unknown one; the folder is locked.
    func reading<Value>(_ body: ((AttemptID) throws -> [UInt8]?) throws -> Value) throws -> Value {
        let opened = try? FileDescriptor.open(path, .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec])
        guard let opened else { return try body { _ in nil } }
        return try opened.closeAfter {
            guard let file, FileIdentity(descriptor: opened.rawValue) == file else { return try body { _ in nil } }
            let ordered = places.sorted { $0.attemptID < $1.attemptID }
            return try body { attemptID in
                guard let place = Self.place(of: attemptID, in: ordered) else { return nil }
                return Self.line(at: place, in: opened)
            }
        }
    }

    private static func place(of attemptID: AttemptID, in places: [Place]) -> Place? {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].attemptID < attemptID { low = middle + 1 } else { high = middle }
        }
        return low < places.count && places[low].attemptID == attemptID ? places[low] : nil
    }

    /// The bytes at a place, if they still are one line.
    private static func line(at place: Place, in file: FileDescriptor) -> [UInt8]? {
        let bytes = try? [UInt8](unsafeUninitializedCapacity: place.count) { buffer, count in
            count = try file.read(fromAbsoluteOffset: place.offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard let bytes, bytes.count == place.count, bytes.first == UInt8(ascii: "{"),
            bytes.firstIndex(of: UInt8(ascii: "\n")) == bytes.count - 1
        else { return nil }
        return bytes
    }
}
