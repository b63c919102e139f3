internal import CSQLite

/// A failure that SQLite reported.
///
/// It carries neither the statement nor the bound values, which may hold prompts.
struct DatabaseError: Error, CustomStringConvertible {
    /// SQLite's extended result code.
    var code: Int32
    var message: String
    /// The system's error number where the system refused something; else 0.
    var systemCode: Int32

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

    var description: String { "\(message) (code \(code))" }
}
