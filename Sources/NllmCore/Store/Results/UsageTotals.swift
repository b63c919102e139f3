package import FoundationEssentials

/// What requests are added up by.
package enum UsageGrouping: String, CaseIterable, Sendable {
    case model, run, day, series

    /// The name of a request's group; null for a run without a series.
    fileprivate var sql: String {
        switch self {
        case .model: "models.label"
        case .run: "owner.name"
        case .day: "date(attempts.finished_at / 1000, 'unixepoch', 'localtime')"
        case .series: "evaluations.series"
        }
    }

    /// The order of groups.
    fileprivate var order: String { self == .run ? "min(owner.id)" : "name" }
}

/// What a group of requests has taken.
package struct UsageTotals: Sendable {
    /// The group; nil for runs without a series.
    package var name: String?
    /// The number of executions of `llm`, and of those that were answered, failed, or were interrupted.
    package var requests = 0
    package var ok = 0
    package var failed = 0
    package var interrupted = 0
    /// The number of answers that were reused, without a request.
    package var reused = 0
    package var tokensInput = 0
    package var tokensOutput = 0
    /// US dollars, as far as known; nil if nothing is.
    package var cost: Double?
    /// The number of answers whose cost is not known.
    package var unpriced = 0

    package init() {}

    init(_ row: any Row) throws {
        name = try row.optionalText("name")
        requests = try row.int("requests")
        ok = try row.int("ok")
        failed = try row.int("failed")
        interrupted = try row.int("interrupted")
        reused = try row.int("reused")
        tokensInput = try row.int("tokens_input")
        tokensOutput = try row.int("tokens_output")
        // The precision of token prices, which removes the noise of binary fractions.
        cost = try row.optionalDouble("cost").map { ($0 * 1e12).rounded() / 1e12 }
        unpriced = try row.int("unpriced")
    }

    /// The sums of both.
    package static func + (first: UsageTotals, second: UsageTotals) -> UsageTotals {
        var sum = first
        sum.requests += second.requests
        sum.ok += second.ok
        sum.failed += second.failed
        sum.interrupted += second.interrupted
        sum.reused += second.reused
        sum.tokensInput += second.tokensInput
        sum.tokensOutput += second.tokensOutput
        if let cost = second.cost { sum.cost = (sum.cost ?? 0) + cost }
        sum.unpriced += second.unpriced
        return sum
    }
}

extension Store {
    /// What the requests of all runs have taken, in groups; those of judges and repeated questions count for the run on
    /// whose behalf they were sent.
    ///
    /// - Parameters:
    ///   - since: the time from which on requests count; nil for all.
    ///   - grouping: what they are added up by.
    /// - Returns: the groups, by name; runs from the oldest to the newest.
    /// - Throws: if the store cannot be read.
    package nonisolated func usage(
        since: Date?, by grouping: UsageGrouping
    ) throws(NllmError) -> [UsageTotals] {
        try readingAside { database in
            try database.rows(
                """
                SELECT \(grouping.sql) AS name, count(*) FILTER (WHERE NOT is_reused) AS requests,
                    count(*) FILTER (WHERE NOT is_reused AND outcome = 'ok') AS ok,
                    count(*) FILTER (WHERE outcome IN ('error', 'timeout')) AS failed,
                    count(*) FILTER (WHERE outcome = 'interrupted') AS interrupted,
                    count(*) FILTER (WHERE is_reused) AS reused,
                    ifnull(sum(tokens_input), 0) AS tokens_input, ifnull(sum(tokens_output), 0) AS tokens_output,
                    sum(cost) FILTER (WHERE NOT is_reused) AS cost,
                    count(*) FILTER (WHERE NOT is_reused AND outcome = 'ok' AND cost IS NULL) AS unpriced
                FROM (
                    SELECT attempts.*, cells.model_id,
                        cached_from IS NOT NULL OR prompts.given_answer IS NOT NULL AS is_reused
                    FROM attempts JOIN cells ON cells.id = attempts.cell_id
                    JOIN prompts ON prompts.id = cells.prompt_id
                    WHERE attempts.finished_at >= ?
                ) AS attempts
                JOIN models ON models.id = attempts.model_id
                JOIN runs ON runs.id = attempts.run_id
                JOIN runs AS owner ON owner.id = ifnull(runs.parent_id, runs.id)
                LEFT JOIN evaluations ON evaluations.run_id = owner.id
                GROUP BY 1 ORDER BY \(grouping.order)
                """, since?.milliseconds ?? 0, read: UsageTotals.init)
        }
    }
}
