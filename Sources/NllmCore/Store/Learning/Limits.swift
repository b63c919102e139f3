internal import FoundationEssentials

extension Store {
    /// Makes all workers observe a worker's limits until it ends.
    func insert(_ limits: [Limit], ofWorker worker: WorkerID) throws {
        for limit in limits {
            try database.run(
                "INSERT OR REPLACE INTO limits (worker_id, name, kind, amount, models) VALUES (?, ?, ?, ?, ?)", worker,
                limit.name, limit.kind, limit.amount, limit.models.map { JSONValue.strings($0) })
        }
    }

    /// The limits of all workers that have not ended; if they differ, the smallest amount, over all of their models.
    func limits() throws -> [Limit] {
        let all = try database.rows(
            "SELECT name, kind, min(amount) AS amount, models FROM limits GROUP BY name, kind, models", read: Limit.init
        )
        var merged: [Admission.BucketName: Limit] = [:]
        for limit in all {
            merged[Admission.BucketName(limit)] = merged[Admission.BucketName(limit)]?.merged(with: limit) ?? limit
        }
        return merged.values.sorted { ($0.name, $0.kind.rawValue) < ($1.name, $1.kind.rawValue) }
    }

    /// The remaining levels of these limits, for those used before.
    func buckets(of limits: [Limit]) throws -> [Admission.BucketName: TokenBucket] {
        var buckets: [Admission.BucketName: TokenBucket] = [:]
        for limit in limits where limit.isByTheMinute {
            buckets[Admission.BucketName(limit)] = try database.row(
                "SELECT level, filled_at FROM buckets WHERE name = ? AND kind = ?", limit.name, limit.kind.rawValue
            ) { TokenBucket(level: try $0.double("level"), filledAt: try $0.instant("filled_at")) }
        }
        return buckets
    }

    func save(_ bucket: TokenBucket, _ name: Admission.BucketName) throws {
        try database.run(
            "INSERT OR REPLACE INTO buckets (name, kind, level, filled_at) VALUES (?, ?, ?, ?)", name.name,
            name.kind, bucket.level, bucket.filledAt.timeIntervalSince1970)
    }
}

extension Limit {
    fileprivate init(_ row: any Row) throws {
        self.init(
            name: try row.text("name"), kind: try row.value("kind"), amount: try row.double("amount"),
            models: try row.optionalJSON("models")?.stringValues)
    }

    fileprivate func merged(with other: Limit) -> Limit {
        var merged = self
        merged.amount = min(amount, other.amount)
        merged.models = models.flatMap { own in other.models.map { Array(Set(own + $0)).sorted() } }
        return merged
    }
}
