internal import FoundationEssentials

/// A prompt that is asked again, to learn whether it is broken.
struct Suspect: Sendable, Hashable {
    /// The model's label.
    var label: String
    /// The prompt's id.
    var id: String
}

/// The answers to a prompt that was asked again.
struct ConfirmingAnswers: Sendable {
    /// In the order in which they were asked for.
    var answers: [ConfirmingAnswer] = []
    /// Whether an answer is asked for that does not come.
    var isOver = false

    /// The name of the prompt that is asked again in the companion: by its id and by what is sent to the model.
    static func name(id: String, key: RequestDigest) -> String { "\(id)~\(key.mark)" }
    /// The number of characters behind the id.
    static let markLength = 17
}

extension Store {
    /// Asks prompts once more, on behalf of a run.
    ///
    /// - Parameters:
    ///   - suspects: the prompts and models.
    ///   - run: the run.
    ///   - cells: the number of companions' cells that was taken into account.
    ///   - now: the time.
    /// - Returns: false if another process was faster.
    /// - Throws: if the store cannot be written.
    func confirm(_ suspects: [Suspect], of run: RunID, companionCells cells: Int, now: Date) throws(NllmError) -> Bool {
        try transaction {
            let isOpen = try database.hasRow(
                "SELECT 1 FROM evaluations WHERE run_id = ? AND evaluated_at IS NULL", run)
            guard isOpen, try database.companionCells(of: run) == cells else { return false }
            let companion = try database.makeCompanion(of: run, .confirming, now: now)
            for suspect in suspects { try confirm(suspect, of: run, in: companion) }
            try database.run(
                "UPDATE runs SET finished_at = NULL, exported_at = NULL, blocked_at = NULL WHERE id = ?", companion)
            return true
        }
    }

    private func confirm(_ suspect: Suspect, of run: RunID, in companion: RunID) throws {
        let source = try database.row(
            """
            SELECT prompts.id AS prompt_id, models.id AS model_id, cells.key,
                (SELECT max(sample) FROM cells AS asked
                    WHERE asked.prompt_id = prompts.id AND asked.model_id = models.id) AS samples
            FROM prompts JOIN cells ON cells.prompt_id = prompts.id JOIN models ON models.id = cells.model_id
            WHERE prompts.run_id = ? AND prompts.name = ? AND prompts.live = 1 AND models.label = ?
                AND cells.live = 1 AND cells.sample = 1
            """, run, suspect.id, suspect.label,
            read: {
                (
                    prompt: try $0.id("prompt_id") as PromptID, model: try $0.id("model_id") as ModelID,
                    key: try $0.bytes("key"), samples: try $0.int("samples")
                )
            })
        guard let source else { return }
        let model = try copy(source.model, into: companion)
        let name = ConfirmingAnswers.name(id: suspect.id, key: RequestDigest(source.key))
        let prompt = try copy(source.prompt, as: name, into: companion)
        // A sample after the first shares its answer with no other cell.
        try database.run(
            """
            INSERT INTO cells (run_id, prompt_id, model_id, sample, key)
            SELECT ?1, ?2, ?3, ?4 + 1 + count(*), ?5 FROM cells WHERE prompt_id = ?2 AND model_id = ?3
            """, companion, prompt, model, source.samples, source.key)
        try database.run("UPDATE counters SET pending = pending + 1 WHERE model_id = ?", model)
    }

    private func copy(_ model: ModelID, into companion: RunID) throws -> ModelID {
        let known: ModelID? = try database.row(
            """
            SELECT copy.id FROM models AS copy JOIN models AS source ON source.id = ?
            WHERE copy.run_id = ? AND copy.label = source.label AND copy.name = source.name
                AND copy.options = source.options AND copy.arguments = source.arguments AND copy.system IS source.system
            """, model, companion, read: { try $0.id("id") })
        if let known { return known }
        // A model that was edited meanwhile keeps its label.
        try database.run(
            """
            UPDATE models SET live = 0
            WHERE run_id = ? AND live = 1 AND label = (SELECT label FROM models WHERE id = ?)
            """, companion, model)
        let copy: ModelID = try database.insert(
            """
            INSERT INTO models (run_id, position, label, name, options, system, arguments, files, price, file)
            SELECT :run, position, label, name, options, system, arguments, files, price, file
            FROM models WHERE id = :model RETURNING id
            """, named: ["run": companion, "model": model])
        try database.run("INSERT INTO counters (model_id, run_id) VALUES (?, ?)", copy, companion)
        return copy
    }

    private func copy(_ prompt: PromptID, as name: String, into companion: RunID) throws -> PromptID {
        let known: PromptID? = try database.row(
            "SELECT id FROM prompts WHERE run_id = ? AND name = ?", companion, name, read: { try $0.id("id") })
        if let known { return known }
        let position = try database.row(
            "SELECT count(*) AS position FROM prompts WHERE run_id = ?", companion, read: { try $0.int("position") })
        try database.run(
            """
            INSERT OR IGNORE INTO contents (run_id, sha256, content)
            SELECT ?1, sha256, content FROM contents WHERE run_id = (SELECT run_id FROM prompts WHERE id = ?2)
                AND NOT EXISTS (SELECT 1 FROM contents WHERE run_id = ?1)
            """, companion, prompt)
        return try database.insert(
            """
            INSERT INTO prompts (run_id, position, name, folder, folder_key, grading_id, \(PromptColumns.list))
            SELECT :run, :position, :name, :folder, :folder, grading_id, \(PromptColumns.list)
            FROM prompts WHERE id = :prompt RETURNING id
            """,
            named: [
                "run": companion, "position": position, "name": name, "folder": "confirming-\(position ?? 0)",
                "prompt": prompt,
            ])
    }

    /// Holds confirming answers against the present assertions of the prompts that they are answers to.
    func adoptGradings(of run: RunID) throws(NllmError) {
        _ = try transaction {
            try database.run(
                """
                UPDATE prompts SET grading_id = source.grading_id
                FROM runs JOIN prompts AS source ON source.run_id = runs.parent_id AND source.live = 1
                WHERE runs.parent_id = ? AND runs.purpose = 'confirming' AND prompts.run_id = runs.id
                    AND source.name = substr(prompts.name, 1, length(prompts.name) - \(ConfirmingAnswers.markLength))
                    AND source.grading_id IS NOT prompts.grading_id
                """, run)
        }
    }

    /// The answers to prompts of a run that were asked again, by their ``ConfirmingAnswers/name(id:key:)``.
    func confirmingAnswers(of run: RunID) throws(NllmError) -> [String: ConfirmingAnswers] {
        try reading {
            guard let companion = try database.companion(of: run, .confirming) else { return [:] }
            var found: [String: ConfirmingAnswers] = [:]
            try database.forEachRow(
                """
                SELECT prompts.name, status, passed FROM cells JOIN prompts ON prompts.id = cells.prompt_id
                LEFT JOIN grades ON grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id
                WHERE cells.run_id = ? AND cells.live = 1 ORDER BY cells.id
                """, companion
            ) { row in
                let status: CellStatus = try row.value("status")
                let name = try row.text("name")
                if status == .pending || status == .running {
                    found[name, default: ConfirmingAnswers()].isOver = true
                    return
                }
                let passed = try row.optionalInt("passed").map { $0 != 0 }
                found[name, default: ConfirmingAnswers()].answers.append(
                    passed.map { $0 ? .passed : .failed } ?? .noVerdict)
            }
            return found
        }
    }
}
