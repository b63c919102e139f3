/// The cause of a database error, which decides whether the operation can succeed later.
enum StorageTrouble: Sendable, Equatable {
    /// It can be retried; the reason says what is wrong and what to do.
    case passing(because: String)
    /// The file's content is not what was written.
    case damaged
}

extension Store {
    /// Words an error and records its cause.
    func worded(_ error: any Error) -> NllmError {
        let worded = Self.translate(error, path: path, opening: false)
        guard let error = error as? DatabaseError else { return worded }
        troubles.removeAll { $0.error == worded }
        if let trouble = trouble(error) { troubles.append((worded, trouble)) }
        return worded
    }

    /// The cause of an error that a verb of this store has thrown; nil if retrying is useless.
    func trouble(behind error: NllmError) -> StorageTrouble? { troubles.last { $0.error == error }?.trouble }

    private func trouble(_ error: DatabaseError) -> StorageTrouble? {
        if error.isDamaged { return .damaged }
        guard error.isPassing else { return nil }
        if error.kind == .full { return .passing(because: "the disk of \(path) is full; free some space") }
        switch error.kind {
        case .busy: return .passing(because: "\(path) is locked by another process")
        default: return .passing(because: "\(path) cannot be written: \(error.message); check its disk and its rights")
        }
    }
}

extension NllmError {
    /// The database file is no longer at its path.
    static func lost(database path: String) -> NllmError {
        .inputOutput(
            what: "database \(path) was moved, removed or replaced while it was in use",
            reason: "put it or a copy of it back and run the same command again")
    }
}
