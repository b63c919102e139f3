/// The steps of a measurement, in their order; some need what earlier ones leave in the folder.
enum Step: String, CaseIterable {
    case enqueue
    /// Enqueues the runs of the two workers.
    case prepare
    /// Claims and records, without artifacts.
    case store
    /// A worker that writes all files, and one that writes only `results.jsonl`.
    case worker, jsonl
    case status, export
}
