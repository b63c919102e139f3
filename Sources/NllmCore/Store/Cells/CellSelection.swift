/// Selects cells of a run for a command.
public struct CellSelection: Sendable, Equatable {
    /// Ids of prompts; all if empty.
    public var prompts: [String] = []
    /// Labels or names of models; all if empty.
    public var models: [String] = []
    /// States; all if empty.
    public var statuses: [CellStatus] = []
    /// Whether answers that do not pass their assertions are meant beside ``statuses``.
    public var includesRejected = false
    /// Failure kinds; all if empty.
    public var failures: [FailureKind] = []

    /// All cells of the run.
    public init() {}

    /// Whether it names no prompt and no model.
    var isWhole: Bool { prompts.isEmpty && models.isEmpty }

    /// A condition on `cells`, with its values by name; `:run` is the run's id.
    func condition(in runID: RunID) -> (sql: String, values: [(String, any Bindable)]) {
        var parts = ["cells.live = 1", "cells.run_id = :run"]
        var values: [(String, any Bindable)] = [("run", runID)]
        func add(_ name: String, _ texts: [String], _ sql: (String) -> String) {
            guard !texts.isEmpty else { return }
            values.append((name, JSONValue.strings(texts)))
            parts.append(sql("(SELECT value FROM json_each(:\(name)))"))
        }
        add("prompts", prompts) { "cells.prompt_id IN (SELECT id FROM prompts WHERE run_id = :run AND name IN \($0))" }
        add("models", models) {
            // A name that is also a model's label means that model alone.
            """
            cells.model_id IN (SELECT id FROM models WHERE run_id = :run AND (label IN \($0) OR (name IN \($0)
                AND name NOT IN (SELECT label FROM models WHERE run_id = :run AND live = 1))))
            """
        }
        add("statuses", statuses.map(\.rawValue)) {
            includesRejected ? "(cells.status IN \($0) OR \(Self.isRejected))" : "cells.status IN \($0)"
        }
        add("failures", failures.map(\.rawValue)) {
            "cells.attempt_id IN (SELECT id FROM attempts WHERE run_id = :run AND failure_kind IN \($0))"
        }
        return (parts.joined(separator: " AND "), values)
    }

    private static let isRejected = """
        EXISTS (SELECT 1 FROM grades WHERE grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id
            AND grades.passed = 0)
        """
}

extension Store {
    /// The labels of the models that a selection means, of models that left the run as well.
    func labels(of run: Run, _ selection: CellSelection) throws(NllmError) -> Set<String> {
        try reading { try labels(ofAny: run, selection) }
    }

    /// The same within a transaction.
    func labels(ofAny run: Run, _ selection: CellSelection) throws -> Set<String> {
        let models = try database.rows("SELECT label, name FROM models WHERE run_id = ?", run.id) {
            (label: try $0.text("label"), name: try $0.text("name"))
        }
        let labels = Set(models.map(\.label))
        // A name that is also a model's label means that model alone.
        return Set(
            models.filter { model in
                selection.models.contains { $0 == model.label || $0 == model.name && !labels.contains($0) }
            }.map(\.label))
    }
}
