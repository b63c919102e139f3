import ArgumentParser
import NllmCore

/// Which prompts and models of a run a command means.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: [.customLong("prompt"), .short],
        help: ArgumentHelp("Only cells of this prompt; repeatable.", valueName: "id"))
    var prompts: [String] = []

    @Option(
        name: [.customLong("model"), .short],
        help: ArgumentHelp("Only cells of this model; repeatable.", valueName: "model"))
    var models: [String] = []

    /// The selection.
    var selection: CellSelection {
        var selection = CellSelection()
        selection.prompts = prompts
        selection.models = models
        return selection
    }
}

/// Which kinds of failures of a run a command means.
struct FailureOptions: ParsableArguments {
    @Option(
        name: .customLong("kind"),
        help: ArgumentHelp(
            "Only cells whose failure is of this kind; repeatable: "
                + FailureKind.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "kind"),
        transform: Self.kind)
    var kinds: [FailureKind] = []

    @Sendable
    private static func kind(_ text: String) throws -> FailureKind {
        guard let kind = FailureKind(rawValue: text) else {
            let known = FailureKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("unknown failure kind `\(text)`; use one of \(known)")
        }
        return kind
    }

    /// The selection, limited to these kinds and, if asked for, to cells that failed.
    func limit(_ selection: CellSelection, failed: Bool) -> CellSelection {
        var selection = selection
        selection.statuses = failed ? [.error, .timeout] : []
        selection.failures = kinds
        return selection
    }
}
