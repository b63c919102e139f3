public import FoundationEssentials

/// A run as the store knows it.
public struct Run: Sendable, Equatable {
    package let id: Int64
    /// Its name, unique in the database.
    public let name: String
    /// What it does with its cells.
    public let settings: RunSettings
    /// Whether it is paused.
    public let isPaused: Bool
    /// When it was enqueued, first started, and when its last cell ended.
    public let createdAt: Date
    /// When its first cell was claimed.
    public let startedAt: Date?
    /// When its last cell ended; nil while any is left.
    public let finishedAt: Date?
    /// Whether the artifacts of the finished run are written.
    public let isExported: Bool
    /// Whether cells were put back or taken out after the run was made.
    let isEdited: Bool
    /// Whether it is being removed, and something of it is left.
    public let isBeingRemoved: Bool
    /// Whether the clock was set while it was worked on, so that its times can't be compared.
    let hasClockBeenSet: Bool
    /// Where `llm` runs.
    let directory: String
    let manifest: JSONValue

    /// The folder with the run's artifacts.
    public var folder: String { settings.outdir + "/" + name }
}
