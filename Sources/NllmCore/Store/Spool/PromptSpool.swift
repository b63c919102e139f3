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
                text TEXT NOT NULL,
                in_arguments INTEGER NOT NULL,
                system TEXT,
                schema TEXT,
                schema_file TEXT,
                options TEXT NOT NULL,
                attachments TEXT NOT NULL,
                models TEXT,
                samples INTEGER,
                vars TEXT,
                expect TEXT,
                metadata TEXT
            ) STRICT;
            BEGIN;
            """)
    }

    /// Adds a prompt, or returns where the earlier one with the same id stands.
    func append(_ prompt: Prompt, from place: InputPlace) throws -> String? {
        let added = try database.run(
            """
            INSERT INTO prompts (id, place, text, in_arguments, system, schema, schema_file, options, attachments,
                models, samples, vars, expect, metadata)
            VALUES (:id, :place, :text, :in_arguments, :system, :schema, :schema_file, :options, :attachments, :models,
                :samples, :vars, :expect, :metadata)
            ON CONFLICT (id) DO NOTHING
            """,
            named: [
                "id": prompt.id, "place": place.description, "text": prompt.text, "in_arguments": prompt.isInArguments,
                "system": prompt.system, "schema": prompt.schema, "schema_file": prompt.schemaFile?.json,
                "options": ModelOption.json(prompt.options), "attachments": Attachment.json(prompt.attachments),
                "models": prompt.models.map(JSONValue.strings), "samples": prompt.samples, "vars": prompt.vars,
                "expect": prompt.expect, "metadata": prompt.metadata,
            ])
        guard added == 0 else {
            count += 1
            structuredOptions.add(prompt, at: place)
            return nil
        }
        return try database.row("SELECT place FROM prompts WHERE id = ?", prompt.id) { row in
            try row.text("place")
        }
    }

    /// The largest number of samples that a prompt requests; 0 if none does.
    func mostSamples() throws -> Int {
        try database.row("SELECT coalesce(max(samples), 0) AS n FROM prompts") { try $0.int("n") } ?? 0
    }

    /// Calls `body` with each prompt in the order of reading.
    func forEach(_ body: (Prompt) throws -> Void) throws {
        try database.forEachRow("SELECT * FROM prompts ORDER BY position") { row in
            var prompt = Prompt(id: try row.text("id"), text: try row.text("text"))
            prompt.isInArguments = try row.bool("in_arguments")
            prompt.system = try row.optionalText("system")
            prompt.schema = try row.optionalText("schema")
            prompt.schemaFile = try row.optionalJSON("schema_file").flatMap(RequestFile.init)
            prompt.options = try ModelOption.options(row.json("options"))
            prompt.attachments = Attachment.attachments(try row.json("attachments"))
            prompt.models = try row.optionalJSON("models")?.stringValues
            prompt.samples = try row.optionalInt("samples")
            prompt.vars = try row.optionalJSON("vars")
            prompt.expect = try row.optionalJSON("expect")
            prompt.metadata = try row.optionalJSON("metadata")
            try body(prompt)
        }
    }
}

extension Attachment {
    /// The attachments as an array of objects, the databases' format.
    static func json(_ attachments: [Attachment]) -> JSONValue {
        .array(
            attachments.map { attachment in
                var members = [JSONValue.Member("location", .string(attachment.location))]
                if let digest = attachment.digest { members.append(JSONValue.Member("sha256", .string(digest))) }
                return .object(members)
            })
    }

    /// Reads the result of ``json(_:)``.
    static func attachments(_ value: JSONValue) -> [Attachment] {
        guard case .array(let elements) = value else { return [] }
        return elements.compactMap { element in
            element["location"]?.stringValue.map {
                Attachment(location: $0, digest: element["sha256"]?.stringValue)
            }
        }
    }
}
