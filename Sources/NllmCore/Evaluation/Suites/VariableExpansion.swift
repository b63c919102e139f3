/// The combinations of variables whose values are lists: a test is made for each.
struct VariableExpansion: Sequence {
    /// The most combinations of one test.
    static let limit = 100_000

    private let variables: [JSONValue.Member]
    /// The values of the variables that are lists, by their positions.
    private let lists: [(index: Int, values: [JSONValue])]
    /// The number of combinations; nil if there are more than ``limit``.
    let count: Int?

    /// - Parameters:
    ///   - variables: the variables.
    ///   - keepsLists: whether a list stays one value.
    init(_ variables: [JSONValue.Member], keepsLists: Bool) {
        self.variables = variables
        lists =
            keepsLists
            ? []
            : variables.enumerated().compactMap { index, member in
                guard case .array(let values) = member.value else { return nil }
                return (index, values)
            }
        count = lists.reduce(1) { (count: Int?, list) in
            guard let count else { return nil }
            let (product, overflows) = count.multipliedReportingOverflow(by: list.values.count)
            return overflows || product > Self.limit ? nil : product
        }
    }

    /// Whether anything is multiplied.
    var multiplies: Bool { !lists.isEmpty }

    /// The name of a variable without any value.
    var empty: String? { lists.first { $0.values.isEmpty }.map { variables[$0.index].name } }

    /// The combinations, the last list changing fastest; none if there are too many.
    func makeIterator() -> AnyIterator<[JSONValue.Member]> {
        var position = 0
        return AnyIterator {
            guard position < count ?? 0 else { return nil }
            var combination = variables
            var rest = position
            for (index, values) in lists.reversed() {
                combination[index].value = values[rest % values.count]
                rest /= values.count
            }
            position += 1
            return combination
        }
    }
}
