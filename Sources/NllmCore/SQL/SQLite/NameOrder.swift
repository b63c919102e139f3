/// The numbers of a statement's columns or parameters by name.
///
/// The same code asks for the same names in the same order each time, so the name that followed last time is compared
/// first: reading a row is then hardly slower than by number.
struct NameOrder {
    private var known: [(name: String, number: Int32)] = []
    private var next = 0

    /// Starts a new row, or a new use of the statement.
    mutating func restart() { next = 0 }

    /// The number of a name.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - find: finds the number of a name that has not been asked for before.
    /// - Returns: the number; nil if there is none.
    mutating func number(of name: String, find: (String) -> Int32?) -> Int32? {
        if next < known.count, known[next].name == name {
            defer { next += 1 }
            return known[next].number
        }
        if let place = known.firstIndex(where: { $0.name == name }) {
            next = place + 1
            return known[place].number
        }
        guard let number = find(name) else { return nil }
        known.append((name, number))
        next = known.count
        return number
    }
}
