/// The version of this program.
public enum NllmVersion {
    /// The present version.
    public static let current = "0.1.0"
}
