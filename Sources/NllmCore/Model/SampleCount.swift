/// How often a prompt may be sent to one model.
public enum SampleCount {
    /// The numbers that are allowed.
    public static let allowed = 1...10_000
    /// The same in words.
    public static let range = "a whole number from 1 to 10,000"
}
