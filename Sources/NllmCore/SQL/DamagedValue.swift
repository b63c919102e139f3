/// A value in the database that this program cannot have written.
struct DamagedValue: Error {
    /// What is wrong with it, without the value itself.
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
