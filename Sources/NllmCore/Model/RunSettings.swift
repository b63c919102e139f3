/// What a run does with its cells, stored when it is enqueued.
public struct RunSettings: Sendable, Equatable {
    /// The folder that holds the run's folder, absolute; see ``StoredFolder`` for how the database keeps it.
    public var outdir: String
    /// Whether the raw output of `llm` is kept.
    public var raw: Bool
    /// Which artifacts are written.
    public var files: ArtifactFiles
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
        /// The directory in which the run's folder is created; `~/` is the home directory; default: `nllm-runs`.
        public var outdir: String?
        /// Whether the raw output of `llm` is kept beside the results; default: no.
        public var raw: Bool?
        /// Which artifacts are written; default: all.
        public var files: ArtifactFiles?
        /// Seconds a cell may take, 0 for no limit; default: 600.
        public var timeout: Double?
        /// The number of retries of a failed cell; default: 3.
        public var retries: Int?
        /// Outcomes, out of ``FailOnText/kinds``, that are treated as failures; default: none.
        public var failOn: [FailureKind]?
        /// The maximum age in seconds of answers in the database that are reused, 0 for none; default: none.
        public var cache: Double?
        /// The priority of the run; higher ones run first; default: 0.
        public var priority: Int?

        /// Nothing given.
        public init() {}
    }

    /// Rounded up, because 0 means no limit.
    var timeoutMilliseconds: Int { Int((timeout * 1000).rounded(.up)) }

    /// The settings as they appear in a manifest of a version.
    func json(schemaVersion: Int) -> JSONValue {
        let members: [JSONValue.Member] = [
            .init("outdir", .string(outdir)), .init("raw", .bool(raw)), .init("timeout", .number(Self.text(timeout))),
            .init("retries", .integer(retries)), .init("fail_on", Self.json(failOn)),
            .init("cache_seconds", cache.map { .number(Self.text($0)) } ?? .null),
            .init("priority", .integer(priority)),
        ]
        return .object(schemaVersion > 1 ? members + [.init("files", .string(files.rawValue))] : members)
    }

    static func json(_ kinds: [FailureKind]) -> JSONValue {
        .strings(FailOnText.kinds.filter(kinds.contains).map(\.rawValue))
    }

    static func milliseconds(cache: Double) -> Int { Int((cache * 1000).rounded()) }

    private static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    }
}
