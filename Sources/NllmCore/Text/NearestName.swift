/// Finds what a mistyped name was probably meant to be.
package enum NearestName {
    /// The known name that differs least, if the difference is small enough to be a typing mistake.
    package static func find(_ name: String, among known: some Sequence<String>) -> String? {
        let length = name.count
        let limit = max(1, length / 3)
        // A difference in length is a difference at least; so a name of any length is not compared with all.
        let ranked = known.filter { abs($0.count - length) <= limit }
            .map { (distance: distance(name.lowercased(), $0.lowercased()), name: $0) }
            .filter { $0.distance <= limit }
        return ranked.min { $0.distance < $1.distance }?.name
    }

    /// `; did you mean …?`, or nothing if no known name is near.
    static func hint(_ name: String, among known: some Sequence<String>) -> String {
        find(name, among: known).map { "; did you mean `\($0)`?" } ?? ""
    }

    /// The number of single-character edits, counting a swap of neighbors as one.
    static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first), Array(second))
        var rows = [Array(0...second.count)]
        for (i, left) in first.enumerated() {
            var row = [i + 1]
            for (j, right) in second.enumerated() {
                var cost = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (left == right ? 0 : 1))
                if i > 0, j > 0, left == second[j - 1], first[i - 1] == right {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[first.count][second.count]
    }
}
