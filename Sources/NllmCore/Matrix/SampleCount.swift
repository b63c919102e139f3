/// How often a prompt may be sent to one model.
public enum SampleCount {
    /// The numbers that are allowed.
    public static let allowed = 1...10_000
    /// The same in words.
    public static let range = "a whole number from 1 to 10,000"
    /// So many samples have file names of their own even in a run that asks for fewer, as single prompts may ask for more.
    static let shownInNames = 10
}
