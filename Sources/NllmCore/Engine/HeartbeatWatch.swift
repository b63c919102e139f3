internal import FoundationEssentials

/// Watches the heartbeats of other workers, whose clocks may differ from this one: a worker lives as long as its
/// heartbeat changes, whatever time it shows.
struct HeartbeatWatch: Sendable {
    /// Seconds between two looks beyond which the time between them does not count, since what held up this worker may
    /// have held up others.
    static let longestGap = 10.0

    private struct Sighting {
        var heartbeat: Date
        /// When it was first seen, less the time in which this worker did not look.
        var since: ContinuousClock.Instant
        var last: ContinuousClock.Instant
    }

    /// By the worker's id.
    private var sightings: [WorkerID: Sighting] = [:]

    /// Whether a worker has given no sign of life for too long while it was watched.
    ///
    /// - Parameters:
    ///   - worker: the worker's id.
    ///   - heartbeat: the time of its last heartbeat.
    ///   - instant: when that was looked at.
    /// - Returns: false at the first look.
    mutating func isSilent(
        _ worker: WorkerID, heartbeat: Date, at instant: ContinuousClock.Instant = .now
    ) -> Bool {
        guard var known = sightings[worker], known.heartbeat == heartbeat else {
            sightings[worker] = Sighting(heartbeat: heartbeat, since: instant, last: instant)
            return false
        }
        let gap = instant - known.last
        if gap / .seconds(1) > Self.longestGap { known.since += gap }
        known.last = instant
        sightings[worker] = known
        return (instant - known.since) / .seconds(1) > WorkerIdentity.patience
    }
}
