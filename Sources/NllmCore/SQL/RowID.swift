/// The id of a row of one table, which cannot be passed where a row of another table is meant.
package struct RowID<Table>: Hashable, Comparable, Sendable {
    package let number: Int64

    package init(_ number: Int64) {
        self.number = number
    }

    package static func < (first: RowID, second: RowID) -> Bool { first.number < second.number }
}

/// Ids begin with 1, so that 0 comes before all rows.
extension RowID: ExpressibleByIntegerLiteral {
    package init(integerLiteral number: Int64) {
        self.init(number)
    }
}

extension RowID: CustomStringConvertible {
    package var description: String { String(number) }
}

extension RowID: Bindable {
    var sqlValue: SQLValue { .integer(number) }
}
