internal import CSQLite

/// A failure that SQLite reported.
///
/// It carries neither the statement nor the bound values, which may hold prompts.
struct DatabaseError: PlainError, CustomStringConvertible {
    /// SQLite's extended result code.
    var code: Int32
    var message: String
    /// The system's error number where the system refused something; else 0.
    var systemCode: Int32

    var plainText: String { message }

    /// A failure in words.
    init(code: Int32, message: String, systemCode: Int32 = 0) {
        self.code = code
        self.message = message
        self.systemCode = systemCode
    }

    /// The failure of the last call on a connection.
    init(of handle: OpaquePointer) {
        code = sqlite3_extended_errcode(handle)
        message = String(cString: sqlite3_errmsg(handle))
        let isTheSystems = [SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_PERM, SQLITE_READONLY].contains(code & 0xFF)
        systemCode = isTheSystems ? sqlite3_system_errno(handle) : 0
    }

    /// The low byte of the code, which names the family.
    var primaryCode: Int32 { code & 0xFF }

    /// Whether there is no space for what was to be written.
    var isFull: Bool { primaryCode == SQLITE_FULL || code == Self.inputOutput(Self.sharedMemorySize) }

    /// Whether the same statement may succeed later, when space is freed, a lock is gone or the file may be written.
    var isPassing: Bool {
        switch primaryCode {
        case SQLITE_FULL, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_NOMEM: true
        case SQLITE_READONLY: code != Self.moved
        case SQLITE_IOERR: Self.passing.contains { code == Self.inputOutput($0) }
        default: false
        }
    }

    /// Whether the file does not hold what SQLite has written, or can't be read.
    var isDamaged: Bool {
        switch primaryCode {
        case SQLITE_NOTADB, SQLITE_CORRUPT: true
        case SQLITE_IOERR: !isPassing
        default: false
        }
    }

    /// SQLITE_READONLY_DBMOVED.
    private static let moved = SQLITE_READONLY | 4 << 8
    /// In SQLITE_IOERR_SHMSIZE.
    private static let sharedMemorySize: Int32 = 19
    /// What is wrong while writing, syncing, locking and making files; the rest is wrong while reading.
    private static let passing: [Int32] = [3, 4, 5, 6, 8, 9, 10, 12, 14, 15, 18, sharedMemorySize, 20, 21, 25]

    /// SQLite's extended code of an input or output error; C has these as macros, which are not imported.
    private static func inputOutput(_ kind: Int32) -> Int32 { SQLITE_IOERR | kind << 8 }

    var description: String { "\(message) (code \(code))" }
}
