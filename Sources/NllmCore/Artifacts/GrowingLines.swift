internal import SystemPackage

/// The `results.jsonl` of a run that grows, with the places of the lines that this process has appended.
///
/// When the run has ended, its lines are put in order, and those that are still at their places are copied instead of
/// being made again. Other processes may append to the file as well, or replace it.
struct GrowingLines {
    /// Lines that are appended together.
    struct Group {
        fileprivate var bytes: [UInt8] = []
        fileprivate var lines: [(attemptID: AttemptID, count: Int)] = []

        /// The number of bytes.
        var size: Int { bytes.count }

        /// Adds the line of an attempt's result.
        mutating func add(_ line: [UInt8], of attemptID: AttemptID) {
            bytes += line
            lines.append((attemptID, line.count))
        }
    }

    /// A large run has a million of them.
    private struct Place {
        var attemptID: AttemptID
        var offset: Int64
        var count: UInt32
        /// A hash of the line, by which it is recognized.
        var hash: UInt32
    }

    private let path: String
    private var places: [Place] = []
    private var areOrdered = true

    init(path: String) {
        self.path = path
    }

    /// Appends lines; the folder is locked.
    mutating func append(_ group: Group) throws {
        guard !group.lines.isEmpty else { return }
        do {
            // Opening neither waits nor follows a link, whatever has taken the file's place.
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.append, .create, .noFollow, .nonBlocking, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o666))
            try file.closeAfter { try append(group, to: file) }
        } catch let error as FileError {
            throw error
        } catch {
            let isLink = FileStatus(path)?.kind == .link
            throw isLink ? .notRegular(path, isLink: true) : FileError(error, path: path)
        }
    }

    private mutating func append(_ group: Group, to file: FileDescriptor) throws {
        guard FileStatus(descriptor: file.rawValue)?.kind == .regular else { throw FileError.notRegular(path) }
        let end = try file.seek(offset: 0, from: .end)
        _ = try file.writeAll(group.bytes)
        var start = 0
        for line in group.lines {
            if let last = places.last, line.attemptID < last.attemptID { areOrdered = false }
            places.append(
                Place(
                    attemptID: line.attemptID, offset: end + Int64(start), count: UInt32(line.count),
                    hash: Self.hash(group.bytes[start..<start + line.count])))
            start += line.count
        }
    }

    /// Calls `body` with a function that finds the line of an attempt; nil if it is not where this process wrote it.
    mutating func reading<Value>(_ body: ((AttemptID) throws -> [UInt8]?) throws -> Value) throws -> Value {
        let opened = try? FileDescriptor.open(path, .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec])
        guard let opened else { return try body { _ in nil } }
        if !areOrdered { places.sort { $0.attemptID < $1.attemptID } }
        areOrdered = true
        return try opened.closeAfter { try body { place(of: $0).flatMap { Self.line(at: $0, in: opened) } } }
    }

    private func place(of attemptID: AttemptID) -> Place? {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].attemptID < attemptID { low = middle + 1 } else { high = middle }
        }
        return low < places.count && places[low].attemptID == attemptID ? places[low] : nil
    }

    private static func line(at place: Place, in file: FileDescriptor) -> [UInt8]? {
        let bytes = try? [UInt8](unsafeUninitializedCapacity: Int(place.count)) { buffer, count in
            count = try file.read(fromAbsoluteOffset: place.offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard let bytes, bytes.count == Int(place.count), hash(bytes[...]) == place.hash else { return nil }
        return bytes
    }

    private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}
