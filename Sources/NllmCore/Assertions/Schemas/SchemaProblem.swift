/// Why a schema cannot be used, and where.
struct SchemaProblem: PlainError, Equatable {
    /// The address of the schema that was handed in as another; empty for the schema itself.
    var document = ""
    /// The place in the schema, such as `/properties/price/minimum`; empty for the whole.
    var pointer: String
    /// What is wrong, starting in lower case.
    var message: String

    /// Where and what, on one line.
    var plainText: String {
        let place = document.isEmpty ? pointer : "\(document)#\(pointer)"
        return "\(place.isEmpty ? "(root)" : place): \(message)".oneLine
    }
}
