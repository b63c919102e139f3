internal import FoundationEssentials
internal import SystemPackage

extension Store {
    /// What an SQLite error means to a user.
    static func translate(_ error: any Error, path: String, opening: Bool) -> NllmError {
        if let error = error as? NllmError { return error }
        if let damaged = error as? DamagedValue { return .alteredDatabase(path: path, reason: damaged.reason) }
        let name = "database \(path)"
        // A text in a sound database was written by this program.
        if error is JSONError { return .damaged(path: path) }
        guard let error = (error as? DatabaseError)?.located(at: path) else {
            return .inputOutput(what: name, reason: ErrorText.reason(error))
        }
        if error.isOutOfSpace {
            return .inputOutput(what: name, reason: "the disk is full; free some space and run the same command again")
        }
        switch error.kind {
        case .damaged:
            return !opening || DatabaseFile.isOurs(path) ? .damaged(path: path) : .notADatabase(path: path)
        // A table is missing or has been changed.
        case .statement where opening: return .damaged(path: path)
        case .busy: return .busy(database: path)
        case .outOfMemory: return .inputOutput(what: name, reason: "out of memory")
        case .cannotOpen where opening: return .unreadableDatabase(path: path, reason: error.reason)
        case .readOnly, .moved: return .cannotCreate(path: path, reason: error.reason)
        case .constraint:
            // The rest is part of the schema.
            let kind = error.message.prefix { $0 != ":" }
            return .inputOutput(
                what: name, reason: "a change does not fit what is there (\(kind)); was it edited by hand?")
        default: return .inputOutput(what: name, reason: error.reason)
        }
    }
}

extension DatabaseError {
    /// The same error with the actual reason if a file could not be created beside the database.
    func located(at path: String) -> DatabaseError {
        guard kind == .cannotOpen, let code = DatabaseFile.obstacleToFiles(beside: path) else { return self }
        var error = self
        error.systemCode = code
        return error
    }

    /// Whether there is no room, either for bytes or for files.
    var isOutOfSpace: Bool {
        kind == .full || [Errno.noSpace, .diskQuotaExceeded].contains { $0.rawValue == systemCode }
    }

    /// The system's words if it caused the error, otherwise SQLite's.
    fileprivate var reason: String {
        systemCode == 0 ? message : FileError(Errno(rawValue: systemCode), path: "").reason
    }
}
