public import FoundationEssentials

/// What a run does with its cells, stored when it is enqueued.
public struct RunSettings: Sendable, Equatable {
    /// The folder that holds the run's folder, absolute; see ``StoredFolder`` for how the database keeps it.
    public var outdir: String
    /// Whether the raw output of `llm` is kept.
    public var raw: Bool
    /// Seconds a cell may take; 0 for as long as it takes.
    public var timeout: Double
    /// How often a failed cell is tried again.
    public var retries: Int
    /// Kinds of answers that count as failures, in the order of ``FailOnText/kinds``.
    public var failOn: [FailureKind]
    /// Seconds that an answer of the database may be old to be taken in place of a request; nil: none is.
    public var cache: Double?
    /// Which runs go first; the higher, the earlier.
    public var priority: Int

    /// Settings as a user gave them; what is nil keeps its value, or takes the usual one in a new run.
    public struct Given: Sendable, Equatable {
        /// The folder that holds the run's folder.
        public var outdir: String?
        /// Whether the raw output of `llm` is kept.
        public var raw: Bool?
        /// Seconds a cell may take; 0 for as long as it takes.
        public var timeout: Double?
        /// How often a failed cell is tried again.
        public var retries: Int?
        /// Kinds of answers that count as failures.
        public var failOn: [FailureKind]?
        /// Seconds that an answer may be old to be taken in place of a request; 0 for none.
        public var cache: Double?
        /// Which runs go first; the higher, the earlier.
        public var priority: Int?

        /// Nothing given.
        public init() {}
    }

    /// The settings of a new run: what was given, else what is configured.
    init(_ request: EnqueueRequest) {
        let (given, configuration) = (request.settings, request.configuration)
        outdir = AbsolutePath.resolve(given.outdir ?? configuration.outdir)
        raw = given.raw ?? configuration.raw
        timeout = given.timeout ?? configuration.timeout
        retries = given.retries ?? configuration.retries
        failOn = given.failOn ?? configuration.failOn
        cache = given.cache ?? configuration.cache
        priority = given.priority ?? configuration.priority
    }

    init(_ row: Statement, in database: Database) throws {
        outdir = try StoredFolder.path(row.text("outdir"), database: database.folder)
        raw = try row.bool("raw")
        timeout = Double(try row.int("timeout_ms")) / 1000
        retries = try row.int("retries")
        failOn = try JSONParser.parse(row.text("fail_on")).stringValues.compactMap(FailureKind.init)
        cache = try row.optionalInt("cache_ms").map { Double($0) / 1000 }
        priority = try row.int("priority")
    }

    /// Rounded up, because 0 means no limit.
    var timeoutMilliseconds: Int { Int((timeout * 1000).rounded(.up)) }

    var json: JSONValue {
        .object([
            .init("outdir", .string(outdir)), .init("raw", .bool(raw)), .init("timeout", .number(Self.text(timeout))),
            .init("retries", .integer(retries)), .init("fail_on", Self.json(failOn)),
            .init("cache_seconds", cache.map { .number(Self.text($0)) } ?? .null),
            .init("priority", .integer(priority)),
        ])
    }

    static func json(_ kinds: [FailureKind]) -> JSONValue {
        .strings(FailOnText.kinds.filter(kinds.contains).map(\.rawValue))
    }

    static func milliseconds(cache: Double) -> Int { Int((cache * 1000).rounded()) }

    private static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    }
}

/// A run as the store knows it.
public struct Run: Sendable, Equatable {
    package let id: Int64
    /// Its name, unique in the database.
    public let name: String
    /// What it does with its cells.
    public let settings: RunSettings
    /// Whether it is paused.
    public let isPaused: Bool
    /// When it was enqueued, first started, and when its last cell ended.
    public let createdAt: Date
    /// When its first cell was claimed.
    public let startedAt: Date?
    /// When its last cell ended; nil while any is left.
    public let finishedAt: Date?
    /// Whether the artifacts of the finished run are written.
    public let isExported: Bool
    /// Whether cells were put back or taken out after the run was made.
    let isEdited: Bool
    /// Whether it is being removed, and something of it is left.
    public let isBeingRemoved: Bool
    /// Whether the clock was set while it was worked on, so that its times can't be compared.
    let hasClockBeenSet: Bool
    /// Where `llm` runs.
    let directory: String
    let manifest: JSONValue

    /// The folder with the run's artifacts.
    public var folder: String { settings.outdir + "/" + name }

    init(_ row: Statement, in database: Database) throws {
        id = try row.id("id")
        name = try row.text("name")
        // It becomes a path.
        guard RunName.isValid(name) else { throw DamagedValue("the name of a run does not follow the rule for names") }
        settings = try RunSettings(row, in: database)
        isPaused = try row.bool("paused")
        createdAt = Date(milliseconds: try row.int("created_at"))
        startedAt = try row.optionalInt("started_at").map { Date(milliseconds: $0) }
        finishedAt = try row.optionalInt("finished_at").map { Date(milliseconds: $0) }
        isExported = try row.optionalInt("exported_at") != nil
        isEdited = try row.bool("edited")
        isBeingRemoved = try row.bool("removing")
        hasClockBeenSet = try row.bool("clock_set")
        directory = try row.text("directory")
        manifest = try JSONParser.parse(row.text("manifest"))
    }
}

/// The rule for names of runs.
public enum RunName {
    /// The rule in words.
    public static let rule =
        "a run's name holds letters, digits, `.`, `_` and `-`, starts with a letter or digit, "
        + "and does not start with `batch.db`"

    /// Whether the name follows the rule.
    public static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 100, !name.lowercased().hasPrefix("batch.db") else {
            return false
        }
        return isAlphanumeric(first)
            && name.utf8.allSatisfy {
                isAlphanumeric($0) || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains($0)
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
