/// The run that receives the cells of an enqueue.
public enum EnqueueTarget: Sendable, Equatable {
    /// A new run, named by the time.
    case new
    /// The run with that name, which is created if it does not exist.
    case named(String)
    /// The newest unfinished run with the same directory, sources, models and request settings, unless it is blocked or
    /// older than configured; otherwise a new one.
    case unfinished
}
