/// A failure that SQLite reported.
///
/// It carries the SQL but never the bound values, which may hold prompts.
struct DatabaseError: Error, CustomStringConvertible {
    /// SQLite's extended result code.
    var code: Int32
    var message: String
    var sql: String?

    /// The low byte of the code, which names the family.
    var primaryCode: Int32 { code & 0xFF }

    var description: String {
        sql.map { "\(message) (code \(code)) in: \($0)" } ?? "\(message) (code \(code))"
    }
}
