/// What a suite says about its run, its gate and its history; nil, or empty, where it says nothing.
struct SuiteSettings: Sendable {
    /// The history that a night belongs to.
    var series: String?
    var gates: [GateExpression] = []
    /// `last`, `best`, `history`, or the name of a run.
    var baseline: String?
    /// Fails in a row that make a prompt broken.
    var confirm: Int?
    /// The share of nights without a change that may be called worse.
    var alpha: Double?
    /// Points of a drop below which a night is not called worse.
    var minEffect: Double?
    /// Points of a drop that has to be excluded.
    var maxDrop: Double?
    /// The key of the metadata that groups prompts in intervals.
    var cluster: String?
    /// The model that grades.
    var judge: SuiteModel?
    var limits: [Limit] = []
    var budget = Budget()
    /// Seconds that an unfinished night may be old to be continued.
    var resumeWithin: Double?
    /// Nights of the series that are kept.
    var keptNights: Int?
    /// Nights of the series whose answers are kept; of those before, only what was found.
    var keptAnswers: Int?
    /// A command that gets the night; it is allowed.
    var finally: String?
    /// An absolute path for the results, whose extension is the format.
    var outputPath: String?
    /// Answers for each prompt and model.
    var samples: Int?
    /// Requests at a time.
    var concurrency: Int?
    /// Whether answers are taken from the database, however old.
    var cache: Bool?
    /// Seconds that an answer may take; 0 for as long as it takes.
    var timeout: Double?
}
