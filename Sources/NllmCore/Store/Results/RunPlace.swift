/// Where a run's artifacts are, and what is in them.
struct RunPlace {
    var folder: String
    /// Whether there is a results folder per prompt.
    var isByPrompt: Bool
    var files: ArtifactFiles
    /// Results of attempts up to this one are in `results.jsonl`.
    var writtenAttemptID: AttemptID

    static let sql = """
        SELECT name, outdir, files, written_attempt,
            (SELECT count(*) FROM (SELECT 1 FROM prompts WHERE run_id = runs.id AND live = 1 LIMIT 2) AS some) AS prompts
        FROM runs WHERE id = ?
        """

    init(_ row: any Row, in folder: String) throws {
        let name = try row.text("name")
        // The name becomes a path.
        guard RunName.isValid(name) else { throw DamagedValue("the name of a run does not follow the rule for names") }
        self.folder = try StoredFolder.path(row.text("outdir"), database: folder) + "/" + name
        isByPrompt = try row.int("prompts") > 1
        files = try ArtifactFiles(row)
        writtenAttemptID = try row.id("written_attempt")
    }
}
