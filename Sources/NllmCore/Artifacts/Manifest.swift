internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A run's metadata: nllm's nine fields as of enqueue, then additional ones.
enum Manifest {
    /// The part recorded when a run is enqueued.
    static func facts(
        arguments: [String], models: [ModelVariant], configurationFiles: [String], llmVersion: String?,
        gitSHA: String?, now: Date
    ) -> JSONValue {
        .object([
            .init("cli_args", .strings(Redaction.redact(arguments: arguments))),
            .init("resolved_models", .strings(models.map(\.label))),
            .init("timestamp", .string(Timestamp.local(now))),
            .init("hostname", .string(ProcessInfo.processInfo.hostName)),
            .init("git_sha", .optional(gitSHA)),
            .init("config_paths_used", .strings(configurationFiles)),
            .init("llm_version", .optional(llmVersion)),
            .init("os_info", .string(osInfo)),
            .init("working_directory", .string(AbsolutePath.current)),
            .init("version", .string(NllmVersion.current)),
        ])
    }

    /// The whole manifest of a run as it stands.
    static func document(_ runState: RunState) -> JSONValue {
        let run = runState.run
        guard case .object(let facts) = run.manifest else { return run.manifest }
        // nllm's fields come first, and our version is not among them.
        let (version, nllm) = (facts.filter { $0.name == "version" }, facts.filter { $0.name != "version" })
        let ours: [JSONValue.Member] = [
            .init("schema_version", .integer(run.schemaVersion)),
            .init("run", .string(run.name)),
        ]
        let state: [JSONValue.Member] = [
            .init(
                "sources",
                .array(
                    runState.sources.map { source in
                        .object([
                            .init("path", .string(source.path)), .init("sha256", .string(source.digest)),
                            .init("prompts", .integer(source.prompts)),
                        ])
                    })),
            .init("counts", runState.counts.json),
            .init("settings", run.settings.json(schemaVersion: run.schemaVersion)),
            .init("started_at", .optional(run.startedAt.map(Timestamp.utc))),
            .init("finished_at", .optional(run.finishedAt.map(Timestamp.utc))),
        ]
        return .object(nllm + ours + version + state)
    }

    /// `Linux-6.1.0-amd64-x86_64`, in the form of Python's `platform.platform()`.
    private static var osInfo: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "unknown" }
        func text<Field>(_ field: Field) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return "\(text(names.sysname))-\(text(names.release))-\(text(names.machine))"
    }
}
