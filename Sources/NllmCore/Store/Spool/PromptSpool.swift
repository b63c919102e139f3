/// Validated prompts on disk, from reading until the store accepts them.
///
/// It is a private database that is removed with the process, so that reading a large file neither fills memory nor
/// blocks writes to the store.
final class PromptSpool {
    private let database: SQLiteConnection
    private(set) var count = 0
    /// Options of the prompts that not every model accepts.
    private(set) var structuredOptions = StructuredOptions()

    init() throws {
        database = try SQLiteConnection(path: "", access: .create)
        try database.execute(
            """
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA cache_size = -8000;
            CREATE TABLE prompts (
                position INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                place TEXT NOT NULL,
                -- The model that a line of a batch file names.
                model TEXT,
                text TEXT NOT NULL,
                in_arguments INTEGER NOT NULL,
                messages TEXT,
                turns TEXT,
                system TEXT,
                schema TEXT,
                schema_file TEXT,
                options TEXT NOT NULL,
                attachments TEXT NOT NULL,
                models TEXT,
                samples INTEGER,
                vars TEXT,
                metadata TEXT,
                grading TEXT,
                given_answer TEXT
            ) STRICT;
            CREATE TABLE contents (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;
            BEGIN;
            """)
    }

    private static let insertSQL = """
        INSERT INTO prompts (id, place, model, models, samples, grading, given_answer, \(PromptColumns.list))
        VALUES (:id, :place, :model, :models, :samples, :grading, :given, \(PromptColumns.parameters))
        ON CONFLICT (id) DO NOTHING
        """

    /// Adds a prompt, or returns where the earlier one with the same id stands.
    func append(_ prompt: Prompt, from place: InputPlace) throws -> String? {
        let own: [(String, any Bindable)] = [
            ("id", prompt.id), ("place", place.description), ("model", prompt.model),
            ("models", prompt.models.map(JSONValue.strings)), ("samples", prompt.samples), ("grading", prompt.grading),
            ("given", prompt.givenAnswer),
        ]
        let added = try database.run(Self.insertSQL, .named(own + prompt.columns))
        guard added == 0 else {
            count += 1
            structuredOptions.add(prompt, at: place)
            for (digest, content) in prompt.contents {
                try database.run(
                    "INSERT INTO contents (sha256, content) VALUES (?, ?) ON CONFLICT DO NOTHING", digest, content)
            }
            return nil
        }
        return try database.row("SELECT place FROM prompts WHERE id = ?", prompt.id) { row in
            try row.text("place")
        }
    }

    /// Leaves only some prompts.
    ///
    /// - Throws: if nothing has one of the wanted ids.
    func keep(_ subset: PromptSubset) throws {
        guard !subset.isAll else { return }
        let ids = try database.rows("SELECT id FROM prompts ORDER BY position") { try $0.text("id") }
        if let missing = subset.unmatched(ids).first {
            throw NllmError.usage(
                "`--only \(missing)`: no prompt has such an id" + NearestName.hint(missing, among: ids))
        }
        let chosen = Set(subset.chosen(ids))
        let deletion = try database.statement("DELETE FROM prompts WHERE id = ?")
        for id in ids where !chosen.contains(id) { try deletion.run(id) }
        count = chosen.count
    }

    /// The models that prompts from batch files name, in order.
    func namedModels() throws -> [String] {
        try database.rows(
            "SELECT model FROM prompts WHERE model IS NOT NULL GROUP BY model ORDER BY min(position)"
        ) { try $0.text("model") }
    }

    /// Whether there are prompts that name no model as lines of batch files do.
    func hasPromptsWithoutModel() throws -> Bool {
        try database.hasRow("SELECT 1 FROM prompts WHERE model IS NULL LIMIT 1")
    }

    /// Whether a prompt is more than one message.
    func hasConversations() throws -> Bool {
        try database.hasRow("SELECT 1 FROM prompts WHERE messages IS NOT NULL OR turns IS NOT NULL LIMIT 1")
    }

    /// Limits prompts to these models that are for all models of the run.
    func limitOthers(to models: [String]) throws {
        try database.run("UPDATE prompts SET models = ? WHERE models IS NULL", JSONValue.strings(models))
    }

    /// Calls `body` with each grading that prompts have, once.
    func forEachGrading(_ body: (String) throws -> Void) throws {
        try database.forEachRow("SELECT DISTINCT grading FROM prompts WHERE grading IS NOT NULL") { row in
            try body(row.text("grading"))
        }
    }

    /// The keys of the prompts' metadata.
    func metadataKeys() throws -> Set<String> {
        let keys = try database.rows(
            """
            SELECT DISTINCT key FROM prompts, json_each(prompts.metadata) WHERE json_type(prompts.metadata) = 'object'
            LIMIT 10000
            """
        ) { try $0.text("key") }
        return Set(keys)
    }

    /// The largest number of samples that a prompt requests; 0 if none does.
    func mostSamples() throws -> Int {
        try database.row("SELECT coalesce(max(samples), 0) AS n FROM prompts") { try $0.int("n") } ?? 0
    }

    /// Calls `body` with each attachment that stood in prompts, and its digest.
    func forEachContent(_ body: (String, [UInt8]) throws -> Void) throws {
        try database.forEachRow("SELECT sha256, content FROM contents") { row in
            try body(row.text("sha256"), row.bytes("content"))
        }
    }

    /// Calls `body` with each prompt in the order of reading.
    func forEach(_ body: (Prompt) throws -> Void) throws {
        try database.forEachRow("SELECT * FROM prompts ORDER BY position") { row in
            var prompt = try Prompt(id: row.text("id"), request: row)
            prompt.models = try row.optionalJSON("models")?.stringValues
            prompt.samples = try row.optionalInt("samples")
            prompt.grading = try row.optionalText("grading")
            prompt.givenAnswer = try row.optionalText("given_answer")
            try prompt.readNotes(row)
            try body(prompt)
        }
    }
}
