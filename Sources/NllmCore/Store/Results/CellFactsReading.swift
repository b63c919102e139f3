internal import FoundationEssentials

extension Store {
    /// What is stored of cells of a run that says why they were asked, or were not.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - selection: the ids of prompts, at least one, and models; prompts that an edit took out of the run count as well.
    ///   - sample: the sample; nil for all.
    ///   - now: the time.
    /// - Returns: the cells in the order of the ids, then of the models and samples.
    /// - Throws: if the run has none of these cells.
    func facts(
        of run: Run, _ selection: CellSelection, sample: Int?, now: Date = Date()
    ) throws(NllmError) -> [CellFacts] {
        let found = try reading {
            var models = selection
            models.prompts = []
            try checkNames(run, models)
            return try selection.prompts.flatMap { prompt in
                var one = selection
                one.prompts = [prompt]
                let cells = try cells(of: run, one, sample: sample)
                if cells.isEmpty { try checkNames(run, one) }
                return try cells.map { try completed($0, in: run) }
            }
        }
        guard !found.isEmpty else { throw .usage(Self.nothingFound(run, selection, sample: sample)) }
        return try withWaits(found, of: run, now: now)
    }

    private static func nothingFound(_ run: Run, _ selection: CellSelection, sample: Int?) -> String {
        let models = selection.models.isEmpty ? "any model" : selection.models.map(ModelVariant.shown).quotedList
        let what = sample.map { "sample \($0) of " } ?? ""
        return "run `\(run.name)` has no \(what)prompt \(selection.prompts.quotedList) for \(models)"
    }

    private static let factsSQL = """
        SELECT \(CellFacts.columns)
        FROM prompts CROSS JOIN cells ON cells.prompt_id = prompts.id JOIN models ON models.id = cells.model_id
        JOIN runs ON runs.id = cells.run_id LEFT JOIN answers ON answers.attempt_id = cells.attempt_id
        """

    /// The live cells of a prompt, or if an edit removed it, those that were its last.
    private func cells(of run: Run, _ selection: CellSelection, sample: Int?) throws -> [CellFacts] {
        let prompt = selection.prompts[0]
        let order = "ORDER BY cells.live DESC, models.position, cells.sample, cells.id DESC"
        let rows = try database.rows(
            """
            \(Self.factsSQL) WHERE prompts.run_id = ?1 AND prompts.name = ?2 AND (?3 IS NULL OR cells.sample = ?3)
            AND cells.live >= (SELECT count(*) FROM prompts WHERE run_id = ?1 AND name = ?2 AND live = 1) \(order)
            """, run.id, prompt, sample, read: CellFacts.init)
        var known: Set<String> = []
        let names = selection.models.isEmpty ? nil : try labels(ofAny: run, selection)
        return rows.filter { facts in
            names?.contains(facts.cell.label) ?? true
                && known.insert("\(facts.cell.sample) \(facts.cell.label)").inserted
        }
    }

    private func completed(_ facts: CellFacts, in run: Run) throws -> CellFacts {
        var facts = facts
        let cell = facts.cell
        facts.history = try database.rows(
            "SELECT * FROM attempts WHERE cell_id = ? ORDER BY id", cell.cellID, read: CellFacts.Attempt.init)
        facts.hadOtherAssertions = try database.hasRow(
            "SELECT 1 FROM grades WHERE cell_id = ? AND grading_id IS NOT ?", cell.cellID, cell.gradingID)
        guard facts.isLive else { return facts }
        facts.replaced = try replaced(by: facts, in: run)
        guard let previous = try previousRun(run) else { return facts }
        facts.previousRun = previous.name
        facts.previous = try version(of: cell, in: previous.id)
        if facts.previous?.key != cell.key { facts.elsewhere = try otherPrompt(asking: cell, in: previous.id) }
        return facts
    }

    /// The newest cell of the run that an edit took out of it, with the same id, sample and model; a model whose options
    /// stand in its label may have another label since.
    private func replaced(by facts: CellFacts, in run: Run) throws -> CellVersion? {
        let cell = facts.cell
        // A cell that was found unchanged has not taken the place of one of another model.
        let other = facts.keptAt == nil ? cell.request.model : ""
        return try database.row(
            """
            SELECT \(CellVersion.columns)
            FROM prompts CROSS JOIN cells ON cells.prompt_id = prompts.id JOIN models ON models.id = cells.model_id
            JOIN runs ON runs.id = cells.run_id LEFT JOIN answers ON answers.attempt_id = cells.attempt_id
            WHERE prompts.run_id = ?1 AND prompts.name = ?2 AND cells.live = 0 AND cells.sample = ?3
                AND cells.key <> ?4 AND (models.label = ?5 OR models.name = ?6 AND models.live = 0)
            ORDER BY models.label = ?5 DESC, cells.id DESC LIMIT 1
            """, run.id, cell.prompt, cell.sample, cell.key, cell.label, other, read: CellVersion.init)
    }

    /// The run before that belongs to the same series, or was read from one of the same sources.
    func previousRun(_ run: Run) throws -> (id: RunID, name: String)? {
        try database.row(
            """
            SELECT id, name FROM runs WHERE id < ?1 AND parent_id IS NULL AND removing = 0 AND (
                EXISTS (SELECT 1 FROM sources JOIN sources AS own USING (path)
                    WHERE sources.run_id = runs.id AND own.run_id = ?1)
                OR EXISTS (SELECT 1 FROM evaluations JOIN evaluations AS own USING (series)
                    WHERE evaluations.run_id = runs.id AND own.run_id = ?1))
            ORDER BY id DESC LIMIT 1
            """, run.id
        ) { (try $0.id("id") as RunID, try $0.text("name")) }
    }

    /// The cell in another run with the same id and sample, and the same label, else the same model.
    private func version(of cell: CellVersion, in run: RunID) throws -> CellVersion? {
        try database.row(
            """
            SELECT \(CellVersion.columns)
            FROM prompts CROSS JOIN cells ON cells.prompt_id = prompts.id JOIN models ON models.id = cells.model_id
            JOIN runs ON runs.id = cells.run_id LEFT JOIN answers ON answers.attempt_id = cells.attempt_id
            WHERE prompts.run_id = ?1 AND prompts.name = ?2 AND prompts.live = 1 AND cells.live = 1
                AND cells.sample = ?3 AND (models.label = ?4 OR models.name = ?5)
            ORDER BY models.label = ?4 DESC, models.position LIMIT 1
            """, run, cell.prompt, cell.sample, cell.label, cell.request.model, read: CellVersion.init)
    }

    private func otherPrompt(asking cell: CellVersion, in run: RunID) throws -> String? {
        try database.row(
            """
            SELECT prompts.name FROM prompts CROSS JOIN cells ON cells.prompt_id = prompts.id
            WHERE prompts.run_id = ? AND prompts.live = 1 AND cells.live = 1 AND cells.key = ? AND prompts.name <> ?
            ORDER BY prompts.position LIMIT 1
            """, run, cell.key, cell.prompt
        ) { try $0.text("name") }
    }

    /// Adds what pending cells wait for.
    private func withWaits(_ facts: [CellFacts], of run: Run, now: Date) throws(NllmError) -> [CellFacts] {
        guard facts.contains(where: { $0.status == .pending }) else { return facts }
        let progress = try progress(of: run, now: now)
        let spent = progress.hasWorker ? [:] : try reading { try budgetWaits(of: run, now: now) }
        return facts.map { facts in
            guard facts.status == .pending, let model = progress.models.first(where: { $0.label == facts.cell.label })
            else { return facts }
            var facts = facts
            facts.wait = if case .pause? = model.wait?.reason { model.wait } else { spent[model.id] ?? model.wait }
            return facts
        }
    }

    /// By model, what the budget of the last worker on a run did not allow.
    private func budgetWaits(of run: Run, now: Date) throws -> [ModelID: Wait] {
        let budgets = try database.rows(
            "SELECT * FROM workers WHERE budget_runs IS NOT NULL ORDER BY id DESC LIMIT 100"
        ) { (budget: try Budget($0), runs: try $0.json("budget_runs").ids) }
        guard let last = budgets.first(where: { $0.runs.contains(run.id) }), !last.budget.isEmpty else { return [:] }
        return try waits(in: run.id, budget: last.budget, counting: last.runs, now: now).waits.filter { _, wait in
            switch wait.reason {
            case .cost, .tokens, .price: true
            default: false
            }
        }
    }
}
