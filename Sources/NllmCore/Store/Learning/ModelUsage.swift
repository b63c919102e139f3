/// What a group of attempts of one model has used, as its counters add it up.
struct ModelUsage {
    private var inputTokens = 0
    private var outputTokens = 0
    /// US dollars; nil if no attempt has a known cost.
    private var cost: Double?
    private var possibleCost = 0.0
    private var possibleTokens = 0
    private var largestCost: Double?
    private var largestTokens: Int?
    /// Whether an attempt used more than was reserved for it.
    private var hasOverrun = false

    mutating func add(_ report: Report) {
        let usage = report.outcome.usage
        inputTokens += usage?.input ?? 0
        outputTokens += usage?.output ?? 0
        if let known = report.cost { cost = (cost ?? 0) + known }
        possibleCost += report.possibleCost ?? 0
        possibleTokens += report.possibleTokens ?? 0
        // For an answer without a reported price, this is the best estimate for the next one.
        let isOK = report.outcome.status == .ok
        largestCost = Self.larger(largestCost, report.cost ?? (isOK ? report.possibleCost : nil))
        largestTokens = Self.larger(largestTokens, report.tokens ?? (isOK ? report.possibleTokens : nil))
        let reserved = report.claim.reservation
        if (report.tokens ?? 0) > reserved.tokens
            || (report.cost ?? 0) > (reserved.cost ?? .infinity) * (1 + 1e-9)
        {
            hasOverrun = true
        }
    }

    private static func larger<Number: Comparable>(_ one: Number?, _ other: Number?) -> Number? {
        guard let one, let other else { return one ?? other }
        return max(one, other)
    }

    /// Adds it to the model's counters.
    func save(of modelID: ModelID, in database: any Connection) throws {
        try database.run(
            """
            UPDATE counters SET tokens_input = tokens_input + :input, tokens_output = tokens_output + :output,
                cost = CASE WHEN :cost IS NULL THEN cost ELSE coalesce(cost, 0) + :cost END,
                possible_cost = possible_cost + :possible_cost, possible_tokens = possible_tokens + :possible_tokens,
                largest_cost = CASE WHEN :largest_cost > coalesce(largest_cost, -1) THEN :largest_cost
                    ELSE largest_cost END,
                largest_tokens = CASE WHEN :largest_tokens > coalesce(largest_tokens, -1) THEN :largest_tokens
                    ELSE largest_tokens END,
                overrun = overrun OR :overrun
            WHERE model_id = :model
            """,
            named: [
                "input": inputTokens, "output": outputTokens, "cost": cost, "possible_cost": possibleCost,
                "possible_tokens": possibleTokens, "largest_cost": largestCost, "largest_tokens": largestTokens,
                "overrun": hasOverrun, "model": modelID,
            ])
    }
}
