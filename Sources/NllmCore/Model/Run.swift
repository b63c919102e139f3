public import FoundationEssentials

/// A run as known to the store.
public struct Run: Sendable, Equatable {
    package let id: RunID
    /// Its name, unique in the database.
    public let name: String
    /// Its settings for its cells.
    public let settings: RunSettings
    /// Whether it is paused.
    public let isPaused: Bool
    /// When it was enqueued.
    public let createdAt: Date
    /// When its first cell was claimed.
    public let startedAt: Date?
    /// When its last cell ended; nil while cells remain.
    public let finishedAt: Date?
    /// When it was found that all of its cells that are left wait for someone to act; nil while they can be done.
    public let blockedAt: Date?
    /// Whether the artifacts of the finished run have been written.
    public let isExported: Bool
    /// Whether cells were requeued or removed after the run was created.
    let isEdited: Bool
    /// Whether it is being removed, and part of it is left.
    public let isBeingRemoved: Bool
    /// Whether its answers are there, and not only their scores.
    let hasAnswers: Bool
    /// Whether its cells are asked on behalf of another run's answers, so that no list shows it.
    let isCompanion: Bool
    /// The directory in which `llm` runs.
    let directory: String
    /// The version of its artifacts' format.
    let schemaVersion: Int
    let manifest: JSONValue

    /// The folder with the run's artifacts.
    public var folder: String { settings.outdir + "/" + name }
    /// Whether workers write artifacts into the folder.
    public var hasFolder: Bool { settings.files != .nothing }

    /// Throws if its answers were removed.
    package func checkAnswers() throws(NllmError) {
        guard hasAnswers else {
            throw .usage("the answers of run \(name) were removed (`keep` of its suite); its folder stays as it is")
        }
    }
}
