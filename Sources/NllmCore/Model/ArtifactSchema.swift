/// The version of the formats of results and manifests.
enum ArtifactSchema {
    /// The version of new runs; a run keeps the one that it was created with.
    static let version = 2
}
