/// What waits until something can be written.
public enum StorageWait: Sendable, Equatable {
    /// The number of answers that wait to be recorded, and of those among them that are only in memory.
    case answers(Int, unkept: Int)
    /// No cell is started.
    case cells
    /// Results are recorded but not written to their run's folder.
    case results
}
