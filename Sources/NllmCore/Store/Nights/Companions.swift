internal import FoundationEssentials

/// Why a run has a companion: cells on behalf of its answers that are not its own.
///
/// They are worked on like any others, under the same limits and budgets, and are in no list, count or result.
enum CompanionPurpose: String {
    /// They ask a judge about answers.
    case judging
    /// They ask prompts again that may be broken.
    case confirming

    /// `retries`, `fail_on`, `cache_ms`, `priority`, `system`, `options` and `arguments` in terms of the run's own.
    fileprivate var columns: String {
        switch self {
        // A judge gets none of what the run's models get, is asked once more if it says nothing usable, and not at all
        // where it has answered before.
        case .judging:
            """
            max(retries, 1), '[]', \(RunSettings.milliseconds(cache: DurationText.anyAge)), priority, NULL,
            '\(ModelOption.json([]))', '[]'
            """
        case .confirming: "retries, fail_on, NULL, priority, system, options, arguments"
        }
    }
}

extension Store {
    /// These runs and their companions.
    func withCompanions(_ runs: [RunID]) throws(NllmError) -> [RunID] {
        try reading {
            try runs.flatMap { run in
                try database.rows("SELECT id FROM runs WHERE id = ?1 OR parent_id = ?1 ORDER BY id", run) {
                    try $0.id("id") as RunID
                }
            }
        }
    }

    /// The companions of a run.
    func companions(of run: RunID) throws(NllmError) -> [Run] {
        try reading {
            try database.rows("SELECT * FROM runs WHERE parent_id = ? ORDER BY id", run) { try Run($0, in: folder) }
        }
    }

    /// The number of cells of a run's companions, in a transaction of its own.
    func companionCellCount(of run: RunID) throws(NllmError) -> Int {
        try reading { try database.companionCells(of: run) }
    }
}

extension Connection {
    /// The number of cells of a run's companions, whatever their state.
    func companionCells(of run: RunID) throws -> Int {
        try row(
            """
            SELECT count(*) AS cells FROM runs JOIN cells ON cells.run_id = runs.id WHERE runs.parent_id = ?
            """, run, read: { try $0.int("cells") }) ?? 0
    }

    /// The companion of a run; nil if it has none for this purpose.
    func companion(of run: RunID, _ purpose: CompanionPurpose) throws -> RunID? {
        try row("SELECT id FROM runs WHERE parent_id = ? AND purpose = ?", run, purpose.rawValue) {
            try $0.id("id")
        }
    }

    /// The companion of a run, which is made if there is none.
    func makeCompanion(of run: RunID, _ purpose: CompanionPurpose, now: Date) throws -> RunID {
        if let known = try companion(of: run, purpose) { return known }
        let parent = try row("SELECT name FROM runs WHERE id = ?", run) { try $0.text("name") } ?? ""
        // The name leads nowhere, but no other run may have it.
        let base = "\(parent.prefix(80)).\(purpose.rawValue)"
        var (name, number) = (base, 1)
        while try hasRow("SELECT 1 FROM runs WHERE name = ?", name) {
            number += 1
            name = "\(base)-\(number)"
        }
        return try insert(
            """
            INSERT INTO runs (id, name, parent_id, purpose, identity, directory, outdir, raw, files, timeout_ms, retries,
                fail_on, cache_ms, priority, system, options, arguments, manifest, schema_version, created_at)
            SELECT (SELECT coalesce(max(id), 0) + 1 FROM (SELECT id FROM runs UNION ALL SELECT id FROM removed_runs)),
                :name, id, :purpose, '', directory, outdir, 0, 'none', timeout_ms, \(purpose.columns), '{}',
                schema_version, :now
            FROM runs WHERE id = :run RETURNING id
            """, named: ["name": name, "purpose": purpose.rawValue, "now": now, "run": run])
    }
}
