internal import FoundationEssentials
internal import SystemPackage

/// A user's command that gets a night when it has been evaluated, such as one that sends mail.
package struct FinalCommand: Sendable {
    private static let timeout = Duration.seconds(300)

    private let store: Store

    package init(store: Store) { self.store = store }

    /// Runs a command through a shell with the night as JSON on its standard input.
    ///
    /// That it fails changes nothing about the night, except that it stands among the night's events.
    ///
    /// - Parameters:
    ///   - command: the command.
    ///   - night: the night.
    /// - Returns: what went wrong, on one line; nil if nothing did.
    package func run(_ command: String, for night: NightResult) async -> String? {
        let reason: String
        do {
            let result = try await TemporaryFolder.with { folder throws(NllmError) in
                do {
                    try AtomicFile.write(JSONWriter.document(night.json), to: folder + "/night.json")
                    return try await ShortCommand.run(
                        ["/bin/sh", "-c", command], timeout: Self.timeout,
                        input: try .open(folder + "/night.json", .readOnly, options: .closeOnExec))
                } catch {
                    throw NllmError.inputOutput(what: "/bin/sh", reason: ErrorText.reason(error))
                }
            }
            guard result.code != 0 else { return nil }
            let said = String(result.error.suffix(200)).oneLine
            reason =
                (result.code.map { "exit code \($0)" } ?? "it was killed, or took more than 5 minutes")
                + (said.isEmpty ? "" : ": \(said)")
        } catch {
            reason = ErrorText.reason(error)
        }
        let event = Redaction.redact("the command of `finally` failed: \(reason)").oneLine
        try? await store.addEvent(event, toNight: night.run.name)
        return event
    }
}
