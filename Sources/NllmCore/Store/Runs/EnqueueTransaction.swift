/// One enqueue, inside its transaction.
///
/// The wanted cells are listed and matched with the existing ones by key, the n-th equal one with the n-th; in a new
/// run there is nothing to match, and they are inserted at once.
struct EnqueueTransaction {
    let database: any Connection
    /// The folder of the database.
    let folder: String
    let plan: EnqueuePlan
    /// The run that receives the cells, if it existed before.
    let known: Run?
    /// Creates a new run's folder, so that no run of another database takes the same one.
    let reservation: FolderReservation

    func perform(_ prompts: PromptSpool) throws -> EnqueueReport {
        if let known { try checkFolder(of: known) }
        let before = try known.map { try outline($0.id) }
        let (runID, name) = try known.map { ($0.id, $0.name) } ?? insertRun()
        if known != nil { try database.run("UPDATE prompts SET live = 0 WHERE run_id = ? AND live = 1", runID) }
        let models = try insertModels(runID, samples: max(plan.samples, try prompts.mostSamples()))
        var report = EnqueueReport(run: name, folder: plan.settings.outdir + "/" + name, isNew: known == nil)
        if let known {
            report.folder = known.folder
            try makeWantedTable()
            _ = try insert(prompts, runID: runID, models: models, cellsInto: "temp.wanted")
            try match(runID, &report)
            try checkCells(report)
            report.estimates = try database.estimates(sizesOfNewCells(models))
            try database.execute("DROP TABLE temp.wanted")
        } else {
            let sizes = try insert(prompts, runID: runID, models: models, cellsInto: "cells")
            report.new = sizes.map(\.cells).reduce(0, +)
            report.estimates = try database.estimates(sizes)
        }
        try prompts.forEachContent { digest, content in
            try database.run(
                "INSERT INTO contents (run_id, sha256, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", runID, digest,
                content)
        }
        try replaceSources(runID)
        try count(runID)
        try database.note(plan.evaluation, of: runID)
        if let judge = plan.judge { try insert(judge: judge, of: runID) }
        report.replaced = try database.replaceEarlierNights(of: runID, now: plan.createdAt)
        if let known {
            let isSame =
                try before == outline(runID) && known.settings.raw == plan.given.raw ?? known.settings.raw
                && known.settings.files == plan.given.files ?? known.settings.files
            report.isUnchanged = isSame && report.kept == report.cells && report.removed == 0
            try reopen(known, isUnchanged: report.isUnchanged)
        }
        return report
    }

    /// Throws if cells have changed that must not.
    private func checkCells(_ report: EnqueueReport) throws(NllmError) {
        guard plan.keepsCells, report.changed + report.new + report.removed > 0 else { return }
        throw .usage(
            "the suite asks something else than run \(report.run): \(report.changed) changed, \(report.new) new and "
                + "\(report.removed) removed cells; make it a night of its own with `run`, or enqueue it into the run")
    }

    // MARK: The run

    private func insertRun() throws -> (RunID, String) {
        let name = try freeName()
        let settings = plan.settings
        let id: RunID = try database.insert(
            """
            INSERT INTO runs (id, name, identity, directory, outdir, raw, files, timeout_ms, retries, fail_on, cache_ms,
                priority, system, options, arguments, manifest, schema_version, created_at)
            SELECT coalesce(max(id), 0) + 1, :name, :identity, :directory, :outdir, :raw, :files, :timeout_ms, :retries,
                :fail_on, :cache_ms, :priority, :system, :options, :arguments, :manifest, :schema_version, :created_at
            FROM (SELECT id FROM runs UNION ALL SELECT id FROM removed_runs) AS used
            RETURNING id
            """,
            named: [
                "name": name, "identity": plan.identity, "directory": plan.common.directory,
                "outdir": StoredFolder.text(settings.outdir, database: folder), "raw": settings.raw,
                "files": settings.files.rawValue, "timeout_ms": settings.timeoutMilliseconds,
                "retries": settings.retries,
                "fail_on": RunSettings.json(settings.failOn),
                "cache_ms": settings.cache.map(RunSettings.milliseconds(cache:)), "priority": settings.priority,
                "system": plan.common.system, "options": ModelOption.json(plan.common.options),
                "arguments": JSONValue.strings(plan.common.arguments), "manifest": plan.manifest,
                "schema_version": ArtifactSchema.version, "created_at": plan.createdAt,
            ])
        return (id, name)
    }

    private func checkFolder(of run: Run) throws {
        if let files = plan.given.files, (files == .nothing) == run.hasFolder {
            throw NllmError.usage(
                run.hasFolder
                    ? "run \(run.name) has a folder; leave out --files none, or make a new run"
                    : "run \(run.name) was made without a folder; leave out --files, or make a new run")
        }
        let (raw, files) = (plan.given.raw ?? run.settings.raw, plan.given.files ?? run.settings.files)
        if raw, files != .all, plan.given.raw != nil || plan.given.files != nil {
            let option = plan.given.files == nil ? "--raw" : "--files \(files.rawValue)"
            throw NllmError.usage(
                run.settings.raw
                    ? "run \(run.name) keeps raw output in files of each cell; leave out \(option)"
                    : "run \(run.name) has no files of cells, in which raw output is kept; leave out \(option)")
        }
        guard plan.given.outdir != nil,
            AbsolutePath.real(run.settings.outdir) != AbsolutePath.real(plan.settings.outdir)
        else { return }
        throw NllmError.usage("run \(run.name) has its folder in \(run.settings.outdir); leave out --outdir")
    }

    /// The given name, else the time, with a number if that is taken; creates its folder.
    private func freeName() throws -> String {
        let hasFolder = plan.settings.files != .nothing
        if case .named(let name) = plan.target {
            let folder = plan.settings.outdir + "/" + name
            if try !hasFolder || reservation.make(folder) { return name }
            switch FolderStanding.ofNewRun(folder) {
            // It may be left from an enqueue that was killed.
            case .empty, .missing: return name
            case .own, .foreign(_, FolderStanding.inUse): throw NllmError.runExists(name: name, path: folder)
            case .foreign(let path, let reason): throw NllmError.foreignFolder(run: nil, path: path, reason: reason)
            }
        }
        let base = Timestamp.runName(plan.createdAt)
        var name = base
        var number = 0
        while try database.row("SELECT 1 FROM runs WHERE name = ?", name, read: { _ in true }) == true
            || hasFolder && !reservation.make(plan.settings.outdir + "/" + name)
        {
            number += 1
            name = "\(base)_\(number)"
        }
        return name
    }

    private func replaceSources(_ runID: RunID) throws {
        try database.run("DELETE FROM sources WHERE run_id = ?", runID)
        for (position, source) in plan.sources.enumerated() {
            try database.run(
                "INSERT INTO sources (run_id, position, path, sha256, prompts) VALUES (?, ?, ?, ?, ?)",
                runID, position, source.path, source.digest, source.prompts)
        }
    }

    // MARK: Prompts and the cells that are wanted

    private func makeWantedTable() throws {
        try database.execute(
            """
            DROP TABLE IF EXISTS temp.wanted;
            CREATE TEMP TABLE wanted (
                id INTEGER PRIMARY KEY,
                run_id INTEGER NOT NULL,
                prompt_id INTEGER NOT NULL,
                model_id INTEGER NOT NULL,
                sample INTEGER NOT NULL,
                key BLOB NOT NULL,
                -- The live cell that asks the same.
                cell_id INTEGER
            );
            """)
    }

    /// Inserts the prompts, and their cells into that table; returns the sizes of their requests, by model.
    private func insert(
        _ prompts: PromptSpool, runID: RunID, models: [KnownModel], cellsInto table: String
    ) throws -> [RequestSizes] {
        let insertion = try database.statement(
            "INSERT INTO \(table) (run_id, prompt_id, model_id, sample, key) VALUES (?, ?, ?, ?, ?)")
        let parts = models.map { (id: $0.id, key: CellKeys.ModelPart($0.planned, common: plan.common)) }
        var sizes = models.map { RequestSizes($0.planned, common: plan.common) }
        let variants = plan.variants
        var position = 0
        var gradings = GradingTable(database)
        try prompts.forEach { prompt in
            let grading = try prompt.grading.map { try gradings.id(of: $0) }
            let id = try insert(prompt, runID: runID, position: position, grading)
            position += 1
            let keys = CellKeys(prompt: prompt, common: plan.common)
            for (index, model) in parts.enumerated()
            where model.key.planned.variant.isMeant(by: prompt, among: variants) {
                let samples = prompt.samples ?? plan.samples
                sizes[index].add(prompt, samples: samples)
                for sample in 1...samples {
                    try insertion.run(runID, id, model.id, sample, keys.key(model.key, sample: sample))
                }
            }
        }
        for (model, sizes) in zip(models, sizes) { try note(sizes.pricedOptions, of: model) }
        return sizes
    }

    private func insert(
        _ prompt: Prompt, runID: RunID, position: Int, _ grading: GradingID?
    ) throws -> PromptID {
        let folder = try FileName.free(prompt.id) { name in
            try database.row(
                "SELECT 1 FROM prompts WHERE run_id = ? AND folder_key = ? AND live = 1", runID, FileName.key(name),
                read: { _ in true }) == nil
        }
        let own: [(String, any Bindable)] = [
            ("run", runID), ("position", position), ("name", prompt.id), ("folder", folder),
            ("folder_key", FileName.key(folder)), ("grading", grading), ("given", prompt.givenAnswer),
        ]
        return try database.insert(Self.insertPromptSQL, named: own + prompt.columns)
    }

    private static let insertPromptSQL = """
        INSERT INTO prompts (run_id, position, name, folder, folder_key, grading_id, given_answer,
            \(PromptColumns.list))
        VALUES (:run, :position, :name, :folder, :folder_key, :grading, :given, \(PromptColumns.parameters))
        RETURNING id
        """

    // MARK: Afterwards

    /// Recounts the run's cells, because triggers do not count inserted and deleted rows.
    private func count(_ runID: RunID) throws {
        let columns = CellStatus.allCases.map(\.rawValue)
        try database.run(
            """
            UPDATE counters SET \(columns.map { "\($0) = 0" }.joined(separator: ", ")) WHERE run_id = ?
            """, runID)
        try database.run(
            """
            UPDATE counters SET \(columns.map { "\($0) = counted.\($0)" }.joined(separator: ", "))
            FROM (SELECT model_id, \(columns.map { "sum(status = '\($0)') AS \($0)" }.joined(separator: ", "))
                FROM cells WHERE run_id = ? AND live = 1 GROUP BY model_id) AS counted
            WHERE counters.model_id = counted.model_id
            """, runID)
    }

    /// What the run's folder shows in addition to its answers: its sources and models.
    private func outline(_ runID: RunID) throws -> [String] {
        try database.rows(
            "SELECT path || sha256 AS line FROM sources WHERE run_id = ? ORDER BY position", runID,
            read: { try $0.text("line") })
            + database.rows(
                "SELECT label || name || options || ifnull(system, '') || arguments AS line FROM models WHERE run_id = ? AND live = 1 ORDER BY position",
                runID, read: { try $0.text("line") })
            + database.rows(
                "SELECT DISTINCT 'grading ' || grading_id AS line FROM prompts WHERE run_id = ? AND live = 1 AND grading_id IS NOT NULL ORDER BY line",
                runID, read: { try $0.text("line") })
    }

    /// Applies the new settings; the run's folder is out of date unless nothing has changed.
    private func reopen(_ run: Run, isUnchanged: Bool) throws {
        try database.run(
            """
            UPDATE runs SET raw = coalesce(:raw, raw), files = coalesce(:files, files),
                timeout_ms = coalesce(:timeout_ms, timeout_ms),
                retries = coalesce(:retries, retries), fail_on = coalesce(:fail_on, fail_on),
                cache_ms = coalesce(:cache_ms, cache_ms), priority = coalesce(:priority, priority), system = :system,
                options = :options, arguments = :arguments, identity = :identity, edited = edited OR :is_changed,
                blocked_at = NULL,
                exported_at = CASE WHEN :is_changed THEN NULL ELSE exported_at END
            WHERE id = :run
            """,
            named: [
                "raw": plan.given.raw, "files": plan.given.files?.rawValue,
                "timeout_ms": plan.given.timeout.map { _ in plan.settings.timeoutMilliseconds },
                "retries": plan.given.retries, "fail_on": plan.given.failOn.map(RunSettings.json),
                "cache_ms": plan.given.cache.map(RunSettings.milliseconds(cache:)), "priority": plan.given.priority,
                "system": plan.common.system, "options": ModelOption.json(plan.common.options),
                "arguments": JSONValue.strings(plan.common.arguments), "identity": plan.identity,
                "is_changed": !isUnchanged, "run": run.id,
            ])
        if !isUnchanged { try database.reopenEvaluation(of: run.id) }
        try database.run(Store.settleSQL, plan.createdAt, run.id)
    }
}
