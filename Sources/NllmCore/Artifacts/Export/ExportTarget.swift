internal import SystemPackage

/// Where an export in one piece goes.
public enum ExportTarget: Sendable {
    /// A file, which appears completely or not at all.
    case file(String)
    /// A stream that takes whole lines.
    case stream(@Sendable ([UInt8]) throws -> Void)
}

extension ExportTarget {
    /// The number of bytes that are collected for a stream.
    private static let pieceSize = 1 << 16

    /// Passes on the bytes that `body` writes.
    ///
    /// - Throws: what `body` and the stream throw, and a ``FileError`` or ``NllmError`` if the file cannot be written.
    func write<Value>(_ body: (_ write: ([UInt8]) throws -> Void) throws -> Value) throws -> Value {
        switch self {
        case .file(let path):
            try ReplaceableFile.check(path)
            var file = try AtomicFile(path: path)
            let value = try body { try file.write($0) }
            try file.commit(durably: true)
            return value
        case .stream(let write):
            var piece: [UInt8] = []
            let value = try body { bytes in
                piece += bytes
                guard piece.count >= Self.pieceSize else { return }
                try write(piece)
                piece.removeAll(keepingCapacity: true)
            }
            try write(piece)
            return value
        }
    }
}
