internal import FoundationEssentials

extension Store {
    /// Whether a model of a run can be used, as far as is known.
    func health(of modelID: ModelID) throws -> ModelHealth {
        try database.row(
            "SELECT broken_in_row, paused_kind, paused_message, paused_at FROM models WHERE id = ?", modelID,
            read: { ModelHealth(inRow: try $0.int("broken_in_row"), pause: try ModelPause($0)) }) ?? ModelHealth()
    }

    /// Saves what an attempt has changed; cells that failed while a model could not be used are requeued.
    func save(_ health: ModelHealth, _ change: ModelHealth.Change?, of modelID: ModelID) throws {
        switch change {
        case .recovered: _ = try takeUp([modelID])
        case .stillPaused: try database.run("UPDATE models SET probe = 0 WHERE id = ?", modelID)
        case .paused, nil:
            try database.run(
                """
                UPDATE models SET broken_in_row = ?, paused_kind = ?, paused_message = ?, paused_at = ? WHERE id = ?
                """, health.inRow, health.pause?.kind, health.pause?.message, health.pause?.at, modelID)
        }
    }

    /// Lets one cell of each paused model in these runs, or in all, test whether the model can be used again.
    func probePausedModels(runs: [RunID]?) throws {
        let paused = try database.rows(
            """
            SELECT models.id, run_id FROM runs JOIN models ON models.run_id = runs.id
            WHERE finished_at IS NULL AND blocked_at IS NULL AND paused_kind IS NOT NULL
            """
        ) { (try $0.id("id") as ModelID, try $0.id("run_id") as RunID) }
        for (modelID, runID) in paused where runs?.contains(runID) ?? true {
            try database.run("UPDATE models SET probe = 1 WHERE id = ?", modelID)
        }
    }

    /// Lets cells of paused models start again, and requeues those that failed for the same reason.
    ///
    /// - Returns: the number of cells that were requeued.
    func takeUp(_ modelIDs: [ModelID]) throws -> Int {
        var cells = 0
        for modelID in modelIDs {
            cells += try database.change(
                .putBack,
                where: """
                    model_id = :model AND status = 'error' AND live = 1 AND attempt_id IN (
                        SELECT id FROM attempts WHERE run_id = (SELECT run_id FROM models WHERE id = :model)
                            AND failure_kind IN (SELECT value FROM json_each(:kinds)))
                    """, ["model": modelID, "kinds": JSONValue.strings(try kindsOfPause(modelID).map(\.rawValue))])
            // The provider gets the same time as before.
            try database.run(
                "UPDATE throttles SET refused_since = NULL WHERE model = (SELECT name FROM models WHERE id = ?)",
                modelID)
            try database.run(
                """
                UPDATE models SET broken_in_row = 0, paused_kind = NULL, paused_message = NULL, paused_at = NULL,
                    probe = 0
                WHERE id = ?
                """, modelID)
            try database.run(
                "UPDATE runs SET exported_at = NULL, edited = 1 WHERE id = (SELECT run_id FROM models WHERE id = ?)",
                modelID)
        }
        return cells
    }

    /// The kinds of failures with the same cause as a model's pause.
    private func kindsOfPause(_ modelID: ModelID) throws -> [FailureKind] {
        let pause = try health(of: modelID).pause
        return FailureKind.allCases.filter { pause?.explains($0) ?? ModelHealth.kinds.contains($0) }
    }
}

extension ModelPause {
    /// Reads why a model is paused; nil if it is not.
    init?(_ row: any Row) throws {
        guard let kind = try row.optionalText("paused_kind").flatMap(FailureKind.init) else { return nil }
        self.init(
            kind: kind, message: try row.text("paused_message"), at: try row.date("paused_at"))
    }
}
