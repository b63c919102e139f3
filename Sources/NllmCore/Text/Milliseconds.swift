internal import FoundationEssentials

extension Date {
    /// Milliseconds since 1970, the database's unit for times.
    var milliseconds: Int { Int(exactly: (timeIntervalSince1970 * 1000).rounded(.down)) ?? 0 }

    init(milliseconds: Int) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}
