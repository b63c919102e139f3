internal import CSQLite

extension DatabaseError {
    /// The failure of a connection's last call.
    init(of handle: OpaquePointer) {
        let code = sqlite3_extended_errcode(handle)
        let isTheSystems = [SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_PERM, SQLITE_READONLY].contains(code & 0xFF)
        self.init(
            sqlite: code, message: String(cString: sqlite3_errmsg(handle)),
            systemCode: isTheSystems ? sqlite3_system_errno(handle) : 0)
    }

    /// A failure by SQLite's extended result code.
    init(sqlite code: Int32, message: String? = nil, systemCode: Int32 = 0) {
        self.init(
            kind: Self.kind(code), message: message ?? String(cString: sqlite3_errstr(code)), code: Int(code),
            systemCode: systemCode)
    }

    private static func kind(_ code: Int32) -> Kind {
        // The low byte is the family.
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        case SQLITE_CANTOPEN: .cannotOpen
        case SQLITE_READONLY where code == moved: .moved
        case SQLITE_PERM, SQLITE_READONLY: .readOnly
        case SQLITE_NOMEM: .outOfMemory
        case SQLITE_NOTADB, SQLITE_CORRUPT: .damaged
        case SQLITE_IOERR where code == inputOutput(sharedMemorySize): .full
        case SQLITE_IOERR: writing.contains { code == inputOutput($0) } ? .unwritable : .unreadable
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_ERROR: .statement
        default: .other
        }
    }

    // In C these codes are macros, which are not imported.

    /// SQLITE_READONLY_DBMOVED.
    private static let moved = SQLITE_READONLY | 4 << 8
    /// In SQLITE_IOERR_SHMSIZE.
    private static let sharedMemorySize: Int32 = 19
    /// Failures of writing, syncing, locking and creating files; the others are failures of reading.
    private static let writing: [Int32] = [3, 4, 5, 6, 8, 9, 10, 12, 14, 15, 18, 20, 21, 25]

    /// The extended code of an input or output error.
    private static func inputOutput(_ kind: Int32) -> Int32 { SQLITE_IOERR | kind << 8 }
}
