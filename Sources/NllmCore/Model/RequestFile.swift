/// A local file that a request is made of, with the content it counts by.
package struct RequestFile: Sendable, Hashable {
    /// The long name of the flag that `llm` takes it by; a prompt's own files are `--attachment` and `--schema`.
    var flag: String
    /// What stands behind the flag, as it was written.
    var value: String
    /// Where it lies; nil for a fragment that `llm` keeps in its own database.
    var path: String?
    /// SHA-256 of its bytes as hexadecimal digits, by which `llm` knows its own fragments, too; nil where there was nothing
    /// that the value could mean.
    var digest: String?
    /// The files that a template names.
    var parts: [RequestFile] = []

    /// Whether it is sent as it is, byte for byte; all others are texts.
    var isAttachment: Bool { ["--attachment", "--attachment-type"].contains(flag) }

    /// What decides the request.
    var digests: [String] { [digest].compactMap(\.self) + parts.flatMap(\.digests) }

    /// The file that is meant by what was written there.
    static func named(_ value: String, by flag: String, in files: [RequestFile]) -> RequestFile? {
        files.first { $0.flag == flag && $0.value == value }
    }
}

extension RequestFile {
    /// The file as an object, as the database keeps it.
    var json: JSONValue {
        var members = [
            JSONValue.Member("flag", .string(flag)), JSONValue.Member("value", .string(value)),
            JSONValue.Member("path", .optional(path)), JSONValue.Member("sha256", .optional(digest)),
        ]
        if !parts.isEmpty { members.append(JSONValue.Member("parts", .array(parts.map(\.json)))) }
        return .object(members)
    }

    /// Reads what ``json`` wrote; nil if it is something else.
    init?(_ json: JSONValue) {
        guard let flag = json["flag"]?.stringValue, let value = json["value"]?.stringValue else { return nil }
        self.init(
            flag: flag, value: value, path: json["path"]?.stringValue, digest: json["sha256"]?.stringValue,
            parts: json["parts"].map(Self.files) ?? [])
    }

    /// The files in an array of objects.
    static func files(_ json: JSONValue) -> [RequestFile] {
        guard case .array(let elements) = json else { return [] }
        return elements.compactMap(RequestFile.init)
    }
}

/// The local files of one request, by the place where they are named.
package struct RequestFiles: Sendable, Hashable {
    var schema: RequestFile?
    var attachments: [RequestFile] = []
    var arguments: [RequestFile] = []

    var isEmpty: Bool { schema == nil && attachments.isEmpty && arguments.isEmpty }
}
