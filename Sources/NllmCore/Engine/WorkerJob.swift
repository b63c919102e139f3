/// What runs beside a worker's loop, each in a task of its own.
enum WorkerJob {
    /// These run as long as the loop.
    case ticks, heartbeats, commitWatch
    case shutdownWatch(StopSignal)
    case execution(CellExecution)
    case evaluation(RunID)
    case alarm(after: Duration)
    case grace
}
