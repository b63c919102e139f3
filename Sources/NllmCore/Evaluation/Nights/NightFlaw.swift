/// Why a stored night cannot be read.
struct NightFlaw: PlainError, Equatable {
    /// What is wrong and where, starting in lower case.
    var plainText: String
}
