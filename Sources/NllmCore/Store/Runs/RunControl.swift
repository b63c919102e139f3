internal import FoundationEssentials

extension Store {
    /// Requeues finished cells with a fresh retry count; their earlier attempts are kept.
    ///
    /// - Returns: how many cells were put back.
    /// - Throws: when the selection names what the run does not have.
    func retry(_ run: Run, _ selection: CellSelection, now: Date = Date()) throws(NllmError) -> Int {
        try change(run, selection, .putBack, from: [.ok, .error, .timeout, .cancelled], now: now)
    }

    /// Cancels pending and running cells; a worker that runs one notices that its lease is gone.
    ///
    /// - Returns: how many cells were cancelled.
    /// - Throws: when the selection names what the run does not have.
    func cancel(_ run: Run, _ selection: CellSelection, now: Date = Date()) throws(NllmError) -> Int {
        try change(run, selection, .cancelled, from: [.pending, .running], now: now)
    }

    private func change(
        _ run: Run, _ selection: CellSelection, _ transition: CellTransition, from states: [CellStatus], now: Date
    ) throws(NllmError) -> Int {
        try transaction {
            try checkNames(run, selection)
            let (condition, values) = selection.condition(in: run.id)
            var changed = try database.change(
                transition, where: "status IN (SELECT value FROM json_each(:states)) AND \(condition)",
                values + [("states", JSONValue.strings(states.map(\.rawValue)))])
            if selection.isWhole { changed += try changeCompanions(of: run, transition, answersChange: changed > 0) }
            if changed > 0 {
                try database.run(
                    "UPDATE runs SET exported_at = NULL, edited = 1, blocked_at = NULL WHERE id = ?", run.id)
                try database.reopenEvaluation(of: run.id)
                try database.run(Self.settleSQL, now, run.id)
            }
            return changed
        }
    }

    /// Applies a change of a whole run to what is asked on behalf of its answers.
    ///
    /// - Returns: how many questions were put back or cancelled.
    /// - Throws: if the database cannot be written.
    private func changeCompanions(
        of run: Run, _ transition: CellTransition, answersChange: Bool
    ) throws -> Int {
        func companions(_ purpose: CompanionPurpose? = nil) -> String {
            let which = purpose.map { " AND purpose = '\($0.rawValue)'" } ?? ""
            return "run_id IN (SELECT id FROM runs WHERE parent_id = :run\(which)) AND live = 1"
        }
        let left = "status IN ('pending', 'running')"
        // What is asked again is not left as it stood when a later night began.
        if case .putBack = transition {
            try database.run("UPDATE evaluations SET replaced = 0 WHERE run_id = ?", run.id)
        }
        guard case .putBack = transition else {
            return try database.change(.cancelled, where: "\(companions()) AND \(left)", ["run": run.id])
        }
        if answersChange {
            // Other answers may have nothing to confirm.
            let confirming = companions(.confirming)
            try database.change(.cancelled, where: "\(confirming) AND \(left)", ["run": run.id])
            try database.change(.retired, where: confirming, ["run": run.id])
        }
        let questions = try database.change(
            .putBack, where: "\(companions(.judging)) AND status IN ('error', 'timeout', 'cancelled')", ["run": run.id])
        if questions > 0 {
            try database.run(
                "UPDATE runs SET finished_at = NULL, exported_at = NULL, blocked_at = NULL WHERE parent_id = ?", run.id)
        }
        return questions
    }

    /// Throws if the selection names a prompt or model that the run does not have.
    func checkNames(_ run: Run, _ selection: CellSelection) throws {
        for name in selection.models {
            let labels = try database.rows(
                "SELECT label, name FROM models WHERE run_id = ? AND live = 1", run.id
            ) { (try $0.text("label"), try $0.text("name")) }
            guard !labels.contains(where: { $0.0 == name || $0.1 == name }) else { continue }
            let known = labels.map(\.0).quotedList
            throw NllmError.usage(
                "run `\(run.name)` has no model `\(ModelVariant.shown(name))`; it has \(known)"
                    + NearestName.hint(name, among: labels.flatMap { [$0.0, $0.1] }))
        }
        for name in selection.prompts {
            let found = try database.hasRow(
                "SELECT 1 FROM prompts WHERE run_id = ? AND name = ? AND live = 1", run.id, name)
            guard !found else { continue }
            let known = try database.rows(
                "SELECT name FROM prompts WHERE run_id = ? AND live = 1 ORDER BY position LIMIT 10000", run.id
            ) { try $0.text("name") }
            throw NllmError.usage(
                "run `\(run.name)` has no prompt `\(name)`" + NearestName.hint(name, among: known))
        }
    }

    /// Stops starting new cells in a run.
    ///
    /// - Returns: false if it was so already.
    /// - Throws: when the store can't be written.
    func pause(_ run: Run) throws(NllmError) -> Bool {
        try transaction {
            try database.run("UPDATE runs SET paused = 1 WHERE (id = ?1 OR parent_id = ?1) AND paused = 0", run.id) > 0
        }
    }

    /// Resumes a run, its paused models, and the cells that failed for the same reason.
    ///
    /// - Returns: whether the run was paused or blocked, and the models that were paused.
    /// - Throws: when the store can't be written.
    func resume(_ run: Run, now: Date = Date()) throws(NllmError) -> (wasHeldBack: Bool, models: [String]) {
        try transaction {
            let wasHeldBack =
                try database.run(
                    """
                    UPDATE runs SET paused = 0, blocked_at = NULL
                    WHERE (id = ?1 OR parent_id = ?1) AND (paused = 1 OR blocked_at IS NOT NULL)
                    """, run.id) > 0
            if wasHeldBack { try database.reopenEvaluation(of: run.id) }
            let paused = try database.rows(
                """
                SELECT models.id, label FROM models JOIN runs ON runs.id = models.run_id
                WHERE (runs.id = ?1 OR parent_id = ?1) AND paused_kind IS NOT NULL ORDER BY models.id
                """, run.id
            ) { (try $0.id("id") as ModelID, try $0.text("label")) }
            _ = try takeUp(paused.map(\.0))
            try database.run(Self.settleSQL, now, run.id)
            return (wasHeldBack, paused.map(\.1))
        }
    }

    /// Lets workers go on with blocked runs.
    func unblock(_ runs: [RunID]) throws(NllmError) {
        try transaction {
            for run in runs {
                let unblocked = try database.run(
                    "UPDATE runs SET blocked_at = NULL WHERE (id = ?1 OR parent_id = ?1) AND blocked_at IS NOT NULL",
                    run)
                if unblocked > 0 { try database.reopenEvaluation(of: run) }
            }
        }
    }
}
