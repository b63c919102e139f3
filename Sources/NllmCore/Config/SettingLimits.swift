/// What settings may be, wherever they come from.
public enum SettingLimits {
    /// Seconds a cell may take; 0 for as long as it takes.
    public static let timeout = 0.0...1e9
    /// How often a failed cell is tried again.
    public static let retries = 0...1000
    /// Seconds for cells in flight after a request to stop.
    public static let grace = 0.0...1e6
    /// Megabytes of address space an `llm` process may use.
    public static let maxMemory = 16...1_000_000
    /// US dollars for a thousand tokens.
    static let cost = 0.0...1e6
}
