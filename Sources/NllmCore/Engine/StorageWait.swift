/// What waits until something can be written.
public enum StorageWait: Sendable, Equatable {
    /// So many answers wait to be recorded; of these, so many are in memory alone.
    case answers(Int, unkept: Int)
    /// No cell is started.
    case cells
    /// Results are recorded but do not stand in their run's folder.
    case results
}
