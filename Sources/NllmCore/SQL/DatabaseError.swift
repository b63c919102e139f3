/// A failure reported by a database.
///
/// It contains neither the statement nor the bound values, which may include prompts.
struct DatabaseError: PlainError, CustomStringConvertible {
    /// The kind of failure, independent of the kind of database.
    enum Kind: Sendable {
        /// Another process holds a lock.
        case busy
        /// There is no space for what is to be written.
        case full
        /// The file cannot be opened, or none can be created beside it.
        case cannotOpen
        /// The file must not be written.
        case readOnly
        /// The path leads to a different file than the open one.
        case moved
        /// Something else could not be written, but may succeed later.
        case unwritable
        case outOfMemory
        /// The file's content is not what the database wrote.
        case damaged
        /// The file cannot be read.
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
    /// The system's error number if the system caused the failure; otherwise 0.
    var systemCode: Int32 = 0

    var plainText: String { message }

    /// Whether the same statement may succeed later, once space or a lock is free or the file may be written.
    var isPassing: Bool {
        switch kind {
        case .busy, .full, .cannotOpen, .readOnly, .unwritable, .outOfMemory: true
        case .moved, .damaged, .unreadable, .constraint, .statement, .other: false
        }
    }

    /// Whether the file's content is not what was written, or cannot be read.
    var isDamaged: Bool { [.damaged, .unreadable].contains(kind) }

    var description: String { "\(message) (code \(code))" }
}
