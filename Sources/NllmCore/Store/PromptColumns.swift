/// How a prompt is stored, in the spool as in the store; only its id and its place are stored differently.
enum PromptColumns {
    private static let request = [
        "text", "in_arguments", "messages", "turns", "system", "schema", "schema_file", "options", "attachments",
    ]
    private static let notes = ["vars", "metadata"]

    /// The columns in a list, for an `INSERT` with ``parameters``.
    static let list = (request + notes).joined(separator: ", ")
    /// The parameters for ``Prompt/columns``.
    static let parameters = (request + notes).map { ":" + $0 }.joined(separator: ", ")
    /// The columns that ``Prompt/init(id:request:)`` reads, in a query over several tables.
    static let requestOfPrompts = request.map { "prompts." + $0 }.joined(separator: ", ")
}

extension Prompt {
    /// The values of ``PromptColumns/list``.
    var columns: [(String, any Bindable)] {
        [
            ("text", text), ("in_arguments", isInArguments), ("messages", conversation?.json),
            ("turns", turns.isEmpty ? nil : JSONValue.strings(turns)), ("system", system), ("schema", schema),
            ("schema_file", schemaFile?.json), ("options", ModelOption.json(options)),
            ("attachments", Attachment.json(attachments)), ("vars", vars), ("metadata", metadata),
        ]
    }

    /// Reads what is sent to models.
    init(id: String, request row: any Row) throws {
        self.init(id: id, text: try row.text("text"))
        isInArguments = try row.bool("in_arguments")
        conversation = try row.optionalJSON("messages").map { json in
            guard let conversation = Conversation(json: json) else { throw DamagedValue("messages of a prompt") }
            return conversation
        }
        turns = try row.optionalJSON("turns")?.stringValues ?? []
        system = try row.optionalText("system")
        schema = try row.optionalText("schema")
        schemaFile = try row.optionalJSON("schema_file").flatMap(RequestFile.init)
        options = try ModelOption.options(row.json("options"))
        attachments = Attachment.attachments(try row.json("attachments"))
    }

    /// Reads what is kept beside the request.
    mutating func readNotes(_ row: any Row) throws {
        vars = try row.optionalText("vars")
        metadata = try row.optionalText("metadata")
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
