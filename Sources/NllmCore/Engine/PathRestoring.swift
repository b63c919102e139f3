internal import Synchronization

/// Puts the names that users have written in place of those of private copies.
struct PathRestoring: Sendable {
    private var names: [(copy: [UInt8], written: [UInt8])] = []

    mutating func add(_ copy: String, writtenAs written: String) {
        names.append((Array(copy.utf8), Array(written.utf8)))
    }

    func restore(_ bytes: [UInt8]) -> [UInt8] {
        names.reduce(into: bytes) { text, name in
            if text.firstRange(of: name.copy) != nil { text = text.replacing(name.copy, with: name.written) }
        }
    }
}

/// Passes on what is written to standard error with restored names, by whole lines, since a name may arrive in pieces.
final class RestoredOutput: Sendable {
    private let restoring: PathRestoring
    private let next: OutputObserver
    private let rest = Mutex<[UInt8]>([])

    init(_ restoring: PathRestoring, next: @escaping OutputObserver) {
        self.restoring = restoring
        self.next = next
    }

    var observer: OutputObserver {
        { channel, bytes in
            guard channel == .stderr else { return await self.next(channel, bytes) }
            let lines = self.rest.withLock { rest -> [UInt8] in
                rest += bytes
                guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
                defer { rest.removeSubrange(...end) }
                return Array(rest[...end])
            }
            if !lines.isEmpty { await self.next(channel, self.restoring.restore(lines)[...]) }
        }
    }

    /// Passes on what follows the last line.
    func finish() async {
        let last = rest.withLock { rest in
            defer { rest = [] }
            return rest
        }
        if !last.isEmpty { await next(.stderr, restoring.restore(last)[...]) }
    }
}
