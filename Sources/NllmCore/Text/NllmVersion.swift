/// The version of this program.
public enum NllmVersion {
    /// The current version.
    public static let current = "0.1.0"
}
