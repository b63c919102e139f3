internal import FoundationEssentials

extension Run {
    /// Reads all columns of `runs`.
    init(_ row: Statement, in database: Database) throws {
        id = try row.id("id")
        name = try row.text("name")
        // It becomes a path.
        guard RunName.isValid(name) else { throw DamagedValue("the name of a run does not follow the rule for names") }
        settings = try RunSettings(row, in: database)
        isPaused = try row.bool("paused")
        createdAt = Date(milliseconds: try row.int("created_at"))
        startedAt = try row.optionalInt("started_at").map { Date(milliseconds: $0) }
        finishedAt = try row.optionalInt("finished_at").map { Date(milliseconds: $0) }
        isExported = try row.optionalInt("exported_at") != nil
        isEdited = try row.bool("edited")
        isBeingRemoved = try row.bool("removing")
        hasClockBeenSet = try row.bool("clock_set")
        directory = try row.text("directory")
        manifest = try JSONParser.parse(row.text("manifest"))
    }
}

extension RunSettings {
    /// Reads the columns of `runs` that hold settings.
    init(_ row: Statement, in database: Database) throws {
        outdir = try StoredFolder.path(row.text("outdir"), database: database.folder)
        raw = try row.bool("raw")
        timeout = Double(try row.int("timeout_ms")) / 1000
        retries = try row.int("retries")
        failOn = try JSONParser.parse(row.text("fail_on")).stringValues.compactMap(FailureKind.init)
        cache = try row.optionalInt("cache_ms").map { Double($0) / 1000 }
        priority = try row.int("priority")
    }
}
