internal import FoundationEssentials

extension Run {
    /// Reads all columns of `runs`; the folder is the database's.
    init(_ row: any Row, in folder: String) throws {
        id = try row.id("id")
        name = try row.text("name")
        // The name becomes a path.
        guard RunName.isValid(name) else { throw DamagedValue("the name of a run does not follow the rule for names") }
        settings = try RunSettings(row, in: folder)
        isPaused = try row.bool("paused")
        createdAt = try row.date("created_at")
        startedAt = try row.optionalDate("started_at")
        finishedAt = try row.optionalDate("finished_at")
        blockedAt = try row.optionalDate("blocked_at")
        isExported = try row.optionalInt("exported_at") != nil
        isEdited = try row.bool("edited")
        isBeingRemoved = try row.bool("removing")
        hasAnswers = try row.optionalInt("answers_removed_at") == nil
        isCompanion = try row.optionalInt("parent_id") != nil
        directory = try row.text("directory")
        schemaVersion = try row.int("schema_version")
        manifest = try row.json("manifest")
    }
}

extension RunSettings {
    /// Reads the columns of `runs` that hold settings.
    init(_ row: any Row, in folder: String) throws {
        outdir = try StoredFolder.path(row.text("outdir"), database: folder)
        raw = try row.bool("raw")
        files = try ArtifactFiles(row)
        timeout = Double(try row.int("timeout_ms")) / 1000
        retries = try row.int("retries")
        failOn = try row.json("fail_on").stringValues.compactMap(FailureKind.init)
        cache = try row.optionalInt("cache_ms").map { Double($0) / 1000 }
        priority = try row.int("priority")
    }
}

extension ArtifactFiles {
    /// Reads the column of `runs`.
    init(_ row: any Row) throws {
        let text = try row.text("files")
        guard let files = ArtifactFiles(rawValue: text) else { throw DamagedValue("`\(text)` as files of a run") }
        self = files
    }
}
