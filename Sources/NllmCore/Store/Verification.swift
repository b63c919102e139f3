extension Store {
    /// The problems of the database; empty if it is sound.
    public func verify() throws(NllmError) -> [String] {
        try reading {
            var problems = try database.rows("PRAGMA quick_check(5)") { try $0.text("quick_check") }.filter {
                $0 != "ok"
            }
            let orphans = try database.rows("PRAGMA foreign_key_check") { try $0.text("table") }
            if let table = orphans.first {
                problems.append("\(orphans.count) rows without their parent, as in \(table)")
            }
            problems += try database.rows(
                """
                SELECT runs.name, models.label FROM counters
                JOIN runs ON runs.id = counters.run_id JOIN models ON models.id = counters.model_id
                LEFT JOIN (SELECT model_id, sum(status = 'pending') AS pending, sum(status = 'running') AS running,
                    sum(status = 'ok') AS ok, sum(status = 'error') AS error, sum(status = 'timeout') AS timeout,
                    sum(status = 'cancelled') AS cancelled FROM cells WHERE live = 1 GROUP BY model_id) AS counted
                    ON counted.model_id = counters.model_id
                WHERE (counters.pending, counters.running, counters.ok, counters.error, counters.timeout,
                        counters.cancelled)
                    <> (coalesce(counted.pending, 0), coalesce(counted.running, 0), coalesce(counted.ok, 0),
                        coalesce(counted.error, 0), coalesce(counted.timeout, 0), coalesce(counted.cancelled, 0))
                """
            ) { "the counters of model \(try $0.text("label")) in run \(try $0.text("name")) are wrong" }
            return problems
        }
    }
}
