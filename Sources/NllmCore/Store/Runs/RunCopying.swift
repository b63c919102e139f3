/// What became of a copy.
package enum RunCopyReport: Sendable, Equatable {
    /// The run was copied: the number of its cells.
    case copied(cells: Int)
    /// The same run is there already, in the same state.
    case known
}

extension Store {
    /// Copies a run of another database into this one in one transaction, with its history, its scores and evaluation,
    /// and the cells that were asked on its behalf.
    ///
    /// - Parameters:
    ///   - run: the run, by its name there.
    ///   - other: the other database.
    /// - Returns: what was done.
    /// - Throws: if the name is taken here by another run, or by another state of this one.
    package func copy(_ run: Run, from other: Store) throws(NllmError) -> RunCopyReport {
        try attaching(other) { origin throws(NllmError) in
            // Cells and their results refer to each other: with checks, each row would be looked for in whole tables.
            do {
                try database.execute("PRAGMA foreign_keys = OFF")
            } catch {
                throw worded(error)
            }
            defer { _ = try? database.execute("PRAGMA foreign_keys = ON") }
            return try transaction {
                if let known = try known(run, in: origin) { return known }
                let id = try RunCopy(
                    database: database, origin: origin, run: run,
                    outdir: StoredFolder.text(run.settings.outdir, database: folder)
                ).perform()
                let cells = try database.row(
                    "SELECT count(*) AS cells FROM cells JOIN prompts ON prompts.id = cells.prompt_id WHERE prompts.run_id = ?",
                    id, read: { try $0.int("cells") })
                return .copied(cells: cells ?? 0)
            }
        }
    }

    /// What there is to say if names of the run, or of its companions, are taken; nil if they are free.
    private func known(_ run: Run, in origin: String) throws -> RunCopyReport? {
        let names = try database.rows("SELECT name FROM \(origin).runs WHERE id = ?1 OR parent_id = ?1", run.id) {
            try $0.text("name")
        }
        guard let taken = try names.first(where: { try self.run(named: $0) != nil }) else { return nil }
        let same = try self.run(named: run.name).flatMap { known in
            known.createdAt == run.createdAt && known.manifest == run.manifest ? known : nil
        }
        guard let same else {
            throw NllmError.copyRefused(
                database: path,
                reason: "has another run `\(taken)`; name another database, or remove that run with "
                    + "`nllm-batch rm \(taken) --db \(ShellWord.quote(path))`")
        }
        guard try state(of: same.id, in: "main") == state(of: run.id, in: origin) else {
            throw NllmError.copyRefused(
                database: path,
                reason: "has run `\(run.name)` in another state; to replace it, remove it first with "
                    + "`nllm-batch rm \(run.name) --db \(ShellWord.quote(path))`")
        }
        return .known
    }

    /// What changes whenever a run does: its cells by state, and the numbers of attempts, scores and evaluations.
    private func state(of run: RunID, in schema: String) throws -> [Int] {
        let runs = "(SELECT id FROM \(schema).runs WHERE id = ?1 OR parent_id = ?1)"
        let counts = CellStatus.allCases.map {
            "(SELECT sum(\($0.rawValue)) FROM \(schema).counters WHERE run_id IN \(runs))"
        }
        let sizes = ["attempts", "grades"].map { "(SELECT count(*) FROM \(schema).\($0) WHERE run_id IN \(runs))" }
        let ends = [
            "(SELECT finished_at FROM \(schema).runs WHERE id = ?1)",
            "(SELECT evaluated_at FROM \(schema).evaluations WHERE run_id = ?1)",
        ]
        let columns = (counts + sizes + ends).enumerated().map { "ifnull(\($1), 0) AS c\($0)" }
        return try database.row("SELECT \(columns.joined(separator: ", "))", run) { row in
            try columns.indices.map { try row.int("c\($0)") }
        } ?? []
    }
}
