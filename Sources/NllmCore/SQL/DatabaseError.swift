/// A failure that a database reported.
///
/// It carries neither the statement nor the bound values, which may hold prompts.
struct DatabaseError: PlainError, CustomStringConvertible {
    /// What kind of failure it is, whichever database reports it.
    enum Kind: Sendable {
        /// Another process holds a lock.
        case busy
        /// There is no space for what was to be written.
        case full
        /// The file can't be opened, or none can be made beside it.
        case cannotOpen
        /// The file may not be written.
        case readOnly
        /// The path leads to another file than the one that is open.
        case moved
        /// Something else could not be written, which may succeed later.
        case unwritable
        case outOfMemory
        /// The file does not hold what the database has written.
        case damaged
        /// The file can't be read.
        case unreadable
        /// A change contradicts the schema.
        case constraint
        /// The statement does not fit the schema.
        case statement
        case other
    }

    var kind: Kind
    var message: String
    /// The database's own code, for people.
    var code: Int
    /// The system's error number where the system refused something; else 0.
    var systemCode: Int32 = 0

    var plainText: String { message }

    /// Whether the same statement may succeed later, when space is freed, a lock is gone or the file may be written.
    var isPassing: Bool {
        switch kind {
        case .busy, .full, .cannotOpen, .readOnly, .unwritable, .outOfMemory: true
        case .moved, .damaged, .unreadable, .constraint, .statement, .other: false
        }
    }

    /// Whether the file does not hold what was written, or can't be read.
    var isDamaged: Bool { [.damaged, .unreadable].contains(kind) }

    var description: String { "\(message) (code \(code))" }
}
