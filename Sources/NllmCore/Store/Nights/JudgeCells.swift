internal import Crypto
internal import FoundationEssentials

/// The model that judges a run's answers.
struct StoredJudge: Sendable {
    /// The companion whose cells ask it.
    var companion: RunID
    /// Whether nothing more is asked, because all that is left waits for someone to act.
    var isBlocked: Bool
    var modelID: ModelID
    var label: String
    var name: String
    var options: [ModelOption]
}

/// How far a question to a judge has come.
enum JudgeCell: Sendable {
    case waiting
    case answered(String)
    /// No usable answer comes.
    case failed
}

extension Store {
    /// The judge of a run, or of the run whose companion it is; nil if it has none.
    func judge(of run: RunID) throws(NllmError) -> StoredJudge? {
        try reading {
            try database.row(
                """
                SELECT judging.id, judging.blocked_at, models.id AS model_id, label, models.name, models.options
                FROM runs AS judging JOIN models ON models.run_id = judging.id AND models.live = 1
                WHERE judging.purpose = 'judging'
                    AND judging.parent_id IN (?1, (SELECT parent_id FROM runs WHERE id = ?1))
                """, run
            ) { row in
                StoredJudge(
                    companion: try row.id("id"), isBlocked: try row.optionalInt("blocked_at") != nil,
                    modelID: try row.id("model_id"), label: try row.text("label"), name: try row.text("name"),
                    options: try ModelOption.options(row.json("options")))
            }
        }
    }

    /// How far these questions have come; those that were not asked are missing.
    func judgeCells(of judge: StoredJudge, _ questions: [String]) throws(NllmError) -> [String: JudgeCell] {
        try reading {
            let rows = try database.rows(
                """
                SELECT prompts.name, cells.status, answers.text FROM prompts JOIN cells ON cells.prompt_id = prompts.id
                LEFT JOIN answers ON answers.attempt_id = cells.attempt_id
                WHERE prompts.run_id = ? AND prompts.live = 1 AND prompts.name IN (SELECT value FROM json_each(?))
                """, judge.companion, JSONValue.strings(questions)
            ) { row in
                let status: CellStatus = try row.value("status")
                let cell: JudgeCell =
                    switch status {
                    case .ok: .answered(try row.text("text"))
                    case .pending, .running: judge.isBlocked ? .failed : .waiting
                    case .error, .timeout, .cancelled: .failed
                    }
                return (try row.text("name"), cell)
            }
            return Dictionary(rows) { _, last in last }
        }
    }

    /// Asks a judge what it was not asked yet.
    ///
    /// - Parameters:
    ///   - judge: the judge.
    ///   - questions: texts by what identifies them.
    /// - Throws: if the store cannot be written.
    func ask(_ judge: StoredJudge, _ questions: [String: String]) throws(NllmError) {
        try transaction {
            var position =
                try database.row(
                    "SELECT count(*) AS position FROM prompts WHERE run_id = ?", judge.companion,
                    read: { try $0.int("position") }) ?? 0
            for (id, text) in questions.sorted(by: { $0.key < $1.key }) {
                let isThere = try database.hasRow(
                    "SELECT 1 FROM prompts WHERE run_id = ? AND name = ? AND live = 1", judge.companion, id)
                if isThere { continue }
                try ask(judge, id, text, position: position)
                position += 1
            }
            try database.run("UPDATE runs SET finished_at = NULL, exported_at = NULL WHERE id = ?", judge.companion)
        }
    }

    private func ask(_ judge: StoredJudge, _ id: String, _ text: String, position: Int) throws {
        let own: [(String, any Bindable)] = [
            ("run", judge.companion), ("position", position), ("name", id), ("folder", id),
        ]
        let prompt: PromptID = try database.insert(
            """
            INSERT INTO prompts (run_id, position, name, folder, folder_key, \(PromptColumns.list))
            VALUES (:run, :position, :name, :folder, :folder, \(PromptColumns.parameters)) RETURNING id
            """, named: own + Prompt(id: id, text: text).columns)
        // The id is made of everything that is sent, so that equal questions of other nights share their answers.
        try database.run(
            "INSERT INTO cells (run_id, prompt_id, model_id, sample, key) VALUES (?, ?, ?, 1, ?)", judge.companion,
            prompt,
            judge.modelID, Array(SHA256.hash(data: Array("judge \(id)".utf8))))
        try database.run("UPDATE counters SET pending = pending + 1 WHERE model_id = ?", judge.modelID)
    }

    /// The number of questions to a run's judge without a usable answer.
    nonisolated func failedQuestions(of run: RunID) throws(NllmError) -> Int {
        try readingAside { database in
            try database.row(
                """
                SELECT count(*) AS cells FROM runs JOIN cells ON cells.run_id = runs.id
                WHERE parent_id = ? AND purpose = 'judging' AND status <> 'ok'
                """, run, read: { try $0.int("cells") }) ?? 0
        }
    }

    /// Random bytes of this database, the same each time.
    func secret(_ name: String) throws(NllmError) -> [UInt8] {
        let known = try reading {
            try database.row("SELECT value FROM secrets WHERE name = ?", name) { try $0.bytes("value") }
        }
        if let known { return known }
        return try transaction {
            let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
            try database.run(
                "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", name, bytes)
            return try database.row("SELECT value FROM secrets WHERE name = ?", name) { try $0.bytes("value") } ?? bytes
        }
    }
}
