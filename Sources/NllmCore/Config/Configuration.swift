/// What is configured: built-in values under those of files, of the environment and of the command line.
public struct Configuration: Sendable {
    /// Where a value comes from.
    public enum Source: Sendable, Equatable {
        /// Nobody set it.
        case builtIn
        /// A file, by its absolute path, and the line of the key.
        case file(path: String, line: Int)
        /// A variable of the environment.
        case environment(String)
        /// An option, with its dashes.
        case commandLine(String)
    }

    struct Setting: Sendable {
        var value: JSONValue
        var source: Source
    }

    /// Absolute paths of the files that were read, the weakest first.
    public internal(set) var files: [String] = []
    /// What the project's file may not say as long as it is not trusted, if it was to be noted only.
    public internal(set) var untrusted: [InputProblem] = []
    var settings: [ConfigurationKey: Setting] = [:]
    /// The strongest list of models, and where it begins.
    var modelList: (models: [ConfiguredModel], source: Source)?
    var costSettings: [String: [ModelCosts.Field: Setting]] = [:]
    var limitSettings: [String: [LimitField: Setting]] = [:]

    /// Nothing but built-in values.
    public init() {}

    /// Puts a value over what is known so far; a command line checks its values itself.
    public mutating func set(_ key: ConfigurationKey, to value: JSONValue, from source: Source) {
        settings[key] = Setting(value: value, source: source)
    }

    /// The value that holds.
    public func value(of key: ConfigurationKey) -> JSONValue { settings[key]?.value ?? key.builtIn }

    /// Where the value comes from.
    public func source(of key: ConfigurationKey) -> Source { settings[key]?.source ?? .builtIn }
}

extension Configuration.Source: CustomStringConvertible {
    /// `default`, `/path/of/file:3`, `$NAME` or `--option`.
    public var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let name): "$" + name
        case .commandLine(let option): option
        }
    }
}

// MARK: - Values

extension Configuration {
    /// Seconds a cell may take; 0 for as long as it takes.
    public var timeout: Double { number(.timeout) }
    /// How often a failed cell is tried again.
    public var retries: Int { integer(.retries) }
    /// Whether answers are shown as they arrive; nil where that depends on what is run.
    public var stream: Bool? { optionalFlag(.stream) }
    /// The folder for the runs' folders.
    public var outdir: String { path(.outdir) ?? "." }
    /// Cells at a time.
    public var concurrency: Int { integer(.concurrency) }
    /// How `llm` is run.
    public var executor: ExecutorChoice {
        value(of: .executor).stringValue.flatMap(ExecutorChoice.init) ?? .auto
    }
    /// Seconds that cells in flight are given to end after a request to stop.
    public var grace: Double { number(.grace) }
    /// Megabytes of address space an `llm` process may use; nil for no limit.
    public var maxMemory: Int? { value(of: .maxMemory).intValue }
    /// Megabytes that one answer may have.
    public var maxAnswer: Int { integer(.maxAnswer) }
    /// How often each prompt is sent to each model.
    public var samples: Int { integer(.samples) }
    /// The system prompt of prompts that have none.
    public var system: String? { value(of: .system).stringValue.flatMap { $0.isEmpty ? nil : $0 } }
    /// Whether the raw output of `llm` is kept.
    public var raw: Bool { optionalFlag(.raw) ?? false }
    /// The database's path.
    public var database: String { path(.database) ?? "" }
    /// The path of a file of prices.
    public var prices: String? { path(.prices) }
    /// Whether model names are checked before a run.
    public var checksModels: Bool { optionalFlag(.check) ?? true }
    /// Seconds that a worker waits for a provider which asks to wait.
    public var maxWait: Double { duration(.maxWait) ?? 300 }
    /// US dollars that may be spent; nil for no limit.
    public var maxCost: Double? { value(of: .maxCost).doubleValue }
    /// Tokens that may be spent; nil for no limit.
    public var maxTokensTotal: Int? { value(of: .maxTokensTotal).intValue }
    /// Seconds whose spending counts; nil: all spending of the runs.
    public var budgetWindow: Double? { duration(.budgetWindow) }
    /// Kinds of answers that count as failures.
    public var failOn: [FailureKind] { value(of: .failOn).stringValue.map(FailOnText.kinds(in:)) ?? [] }
    /// Seconds that an answer may be old to be taken in place of a request; nil: none is.
    public var cache: Double? { duration(.cache) }
    /// Which runs go first; the higher, the earlier.
    public var priority: Int { integer(.priority) }
    /// Whether what is made is for its owner alone.
    public var isPrivate: Bool { optionalFlag(.isPrivate) ?? false }
    /// Folders whose own configuration files may run code and read files, as the user's file has them.
    var trustedFolders: [String] { value(of: .trustedFolders).stringValues }
    /// The models of a run whose command line names none; nil for `llm`'s default model.
    public var models: [ConfiguredModel]? { modelList.flatMap { $0.models.isEmpty ? nil : $0.models } }
    /// What tokens cost, by the model's name.
    public var costs: [String: ModelCosts] {
        costSettings.mapValues { fields in
            fields.reduce(into: ModelCosts()) { costs, field in
                costs[keyPath: field.key.path] = field.value.value.doubleValue
            }
        }
    }

    private func number(_ key: ConfigurationKey) -> Double { value(of: key).doubleValue ?? 0 }

    private func duration(_ key: ConfigurationKey) -> Double? {
        value(of: key).stringValue.flatMap(DurationText.age) ?? value(of: key).doubleValue
    }

    private func integer(_ key: ConfigurationKey) -> Int { value(of: key).intValue ?? key.builtIn.intValue ?? 0 }

    private func optionalFlag(_ key: ConfigurationKey) -> Bool? {
        guard case .bool(let flag) = value(of: key) else { return nil }
        return flag
    }

    /// Relative to the working directory, as what stands on the command line.
    private func path(_ key: ConfigurationKey) -> String? { value(of: key).stringValue.map(HomeFolder.expand) }
}
