/// A part of a report that may be shortened: its first items, and how many more there are.
package struct ReportSection {
    /// Lines that are shown together or not at all.
    package struct Item {
        package var lines: [String]
        /// What it counts for in the number of those that are left out.
        package var count = 1

        package init(lines: [String], count: Int = 1) { (self.lines, self.count) = (lines, count) }
    }

    /// Lines above the items, which are shown if any item is.
    var heading: [String] = []
    package var items: [Item]
    /// Sections of a lower rank are shortened later.
    var rank: Int
    /// The number of items that are shown before sections of a higher rank get any.
    var least: Int
    /// What stands for items that are left out, by their number.
    var more: (Int) -> String

    package init(
        heading: [String] = [], items: [Item], rank: Int, least: Int, more: @escaping (Int) -> String
    ) {
        (self.heading, self.items, self.rank, self.least, self.more) = (heading, items, rank, least, more)
    }

    private func lines(_ shown: Int) -> [String] {
        let left = items.dropFirst(shown).reduce(0) { $0 + $1.count }
        return (shown > 0 ? heading + items.prefix(shown).flatMap(\.lines) : []) + (left > 0 ? [more(left)] : [])
    }

    /// The lines of all sections, shortened to a number of lines, which must not be less than that of sections.
    ///
    /// By rank, each section first gets its least number of items, then one more at a time.
    package static func lines(_ sections: [ReportSection], rows: Int) -> [String] {
        var shown = sections.map { _ in 0 }
        var used = sections.reduce(0) { $0 + $1.lines(0).count }
        func grow(_ index: Int) -> Bool {
            guard shown[index] < sections[index].items.count else { return false }
            let change = sections[index].lines(shown[index] + 1).count - sections[index].lines(shown[index]).count
            guard used + change <= rows else { return false }
            used += change
            shown[index] += 1
            return true
        }
        let ranked = sections.indices.sorted { (sections[$0].rank, $0) < (sections[$1].rank, $1) }
        for index in ranked {
            while shown[index] < sections[index].least, grow(index) {}
        }
        while ranked.map(grow).contains(true) {}
        return zip(sections, shown).flatMap { $0.lines($1) }
    }
}
