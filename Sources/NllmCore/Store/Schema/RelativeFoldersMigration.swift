extension Migrations {
    static let relativeFolders = """
        -- Whether the run is being removed; what is left of it is removed by the next `rm`.
        ALTER TABLE runs ADD COLUMN removing INTEGER NOT NULL DEFAULT 0 CHECK (removing IN (0, 1));
        -- Runs that were removed: their ids are not used again.
        CREATE TABLE removed_runs (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL COLLATE NOCASE,
            removed_at INTEGER NOT NULL
        ) STRICT;
        """

    /// Makes folders relative that are at or below the database's.
    static func makeFoldersRelative(_ database: SQLiteConnection) throws {
        let folders = try database.rows("SELECT DISTINCT outdir FROM runs") { try $0.text("outdir") }
        for folder in folders where folder.hasPrefix("/") {
            let text = StoredFolder.text(folder, database: database.folder)
            guard text != folder else { continue }
            try database.run("UPDATE runs SET outdir = ? WHERE outdir = ?", text, folder)
        }
    }
}
