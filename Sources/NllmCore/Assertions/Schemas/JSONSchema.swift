/// A JSON Schema, compiled once, against which any number of values are checked.
///
/// Draft 2020-12 in full, with `format` as a note that decides nothing. A schema whose `$schema` names draft 2019-09,
/// draft-07 or draft-06 is read by their rules (`items` as an array, nothing beside `$ref` before 2019-09); older ones are
/// refused. `dependencies` counts in all of them. Where an object has a name twice, both values are checked.
struct JSONSchema: Sendable {
    /// The number of steps of one check: schemas that are applied, 64 bytes that are compared, steps of patterns.
    static let stepLimit = 10_000_000
    /// The number of schemas that may be applied inside one another; each takes about 1 kB of a thread's stack, which on
    /// macOS has 512 kB.
    static let depthLimit = 300

    private let graph: SchemaGraph
    private let stepLimit: Int

    /// Compiles a schema.
    ///
    /// - Parameters:
    ///   - schema: the schema, with the metaschemas of draft 2020-12 at hand.
    ///   - others: what else its references may lead to, by absolute address. Nothing is ever fetched.
    ///   - stepLimit: the number of steps of one check.
    /// - Throws: what is wrong with it, and where.
    init(
        _ schema: JSONValue, others: [String: JSONValue] = [:], stepLimit: Int = Self.stepLimit
    ) throws(SchemaProblem) {
        self.stepLimit = stepLimit
        graph = try SchemaCompiler.compile(schema, others: others)
    }

    /// Checks a value.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - limit: the number of flaws after which the check ends.
    /// - Returns: what is wrong with it; nothing if it conforms to the schema.
    /// - Throws: if it can't be told within the limits of steps, depth and memory.
    func flaws(in value: JSONValue, atMost limit: Int = 1) throws(Undecided) -> [SchemaFlaw] {
        guard value.isWithinDepth(JSONParser.maximumDepth) else {
            throw Undecided(reason: "the value is nested over \(JSONParser.maximumDepth) levels deep")
        }
        var evaluator = SchemaEvaluator(graph: graph, wanted: max(1, limit), stepLimit: stepLimit)
        do throws(Undecided) {
            return try evaluator.flaws(in: value)
        } catch {
            // One flaw decides, even if the next ones are out of reach.
            if limit > 1 { return try flaws(in: value) }
            throw error
        }
    }
}
