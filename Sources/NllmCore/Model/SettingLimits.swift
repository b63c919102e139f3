/// What settings may be, wherever they come from.
public enum SettingLimits {
    /// How many cells may run at a time.
    public static let concurrency = 1...1024
    /// Seconds a cell may take; 0 for as long as it takes.
    public static let timeout = 0.0...1e9
    /// How often a failed cell is tried again.
    public static let retries = 0...1000
    /// Seconds for cells in flight after a request to stop.
    public static let grace = 0.0...1e6
    /// Megabytes of address space an `llm` process may use.
    public static let maxMemory = 16...1_000_000
    /// Megabytes that one answer may have; a larger one can't be stored in one row.
    public static let maxAnswer = 1...256
    /// The same where nobody has said anything else.
    public static let usualMaxAnswer = 16
    /// Seconds that a worker waits for a provider which asks to wait.
    public static let maxWait = 0.0...30 * day
    /// The same where nobody has said anything else.
    public static let usualMaxWait = 300.0
    /// US dollars that may be spent; with 0 only what is free.
    public static let maxCost = 0.0...1e9
    /// Tokens that may be spent.
    public static let maxTokensTotal = 1...1_000_000_000_000
    /// Seconds whose spending counts; it is kept by the minute.
    public static let budgetWindow = 60...365 * day
    /// Seconds that an answer may be old to be taken in place of a request; with 0 none is.
    public static let cache = 0...DurationText.anyAge
    /// Which runs go first; the higher, the earlier.
    public static let priority = -1000...1000
    /// US dollars for a thousand tokens.
    static let cost = 0.0...1e6
    private static let day = 86_400.0

    /// What a limit of that kind may be set to.
    public static func amounts(_ kind: Limit.Kind) -> ClosedRange<Int> {
        switch kind {
        case .concurrency: SettingLimits.concurrency
        case .requests: 1...1_000_000
        case .tokens: 1...1_000_000_000
        }
    }

    /// A range in words, such as `1 to 1,000,000`.
    public static func words(_ range: ClosedRange<Int>) -> String {
        "\(grouped(range.lowerBound)) to \(grouped(range.upperBound))"
    }

    /// A range between whole numbers in words.
    public static func words(_ range: ClosedRange<Double>) -> String {
        words(Int(range.lowerBound)...Int(range.upperBound))
    }

    /// The number with its thousands apart, from five digits on.
    private static func grouped(_ number: Int) -> String {
        var digits = String(number.magnitude)
        let places = digits.count > 4 ? Array(stride(from: digits.count - 3, to: 0, by: -3)) : []
        for place in places { digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place)) }
        return (number < 0 ? "-" : "") + digits
    }
}
