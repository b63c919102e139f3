/// A local file that is part of a request, with the content by which it counts.
package struct RequestFile: Sendable, Hashable {
    /// The long name of its flag in `llm`; a prompt's own files are `--attachment` and `--schema`.
    var flag: String
    /// The flag's value as written.
    var value: String
    /// Its path; nil for a fragment in `llm`'s own database.
    var path: String?
    /// SHA-256 of its bytes as hexadecimal digits, by which `llm` also identifies its own fragments; nil if the value
    /// led to nothing.
    var digest: String?
    /// The files that a template names.
    var parts: [RequestFile] = []

    /// Whether it is sent byte for byte; all others are texts.
    var isAttachment: Bool { ["--attachment", "--attachment-type"].contains(flag) }

    /// The parts that determine the request.
    var digests: [String] { [digest].compactMap(\.self) + parts.flatMap(\.digests) }

    /// The file that is meant by a value.
    static func named(_ value: String, by flag: String, in files: [RequestFile]) -> RequestFile? {
        files.first { $0.flag == flag && $0.value == value }
    }
}

extension RequestFile {
    /// The file as an object, as stored in the database.
    var json: JSONValue {
        var members = [
            JSONValue.Member("flag", .string(flag)), JSONValue.Member("value", .string(value)),
            JSONValue.Member("path", .optional(path)), JSONValue.Member("sha256", .optional(digest)),
        ]
        if !parts.isEmpty { members.append(JSONValue.Member("parts", .array(parts.map(\.json)))) }
        return .object(members)
    }

    /// Reads the result of ``json``; nil if it is something else.
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

/// The local files of one request, by the place that names them.
package struct RequestFiles: Sendable, Hashable {
    var schema: RequestFile?
    var attachments: [RequestFile] = []
    var arguments: [RequestFile] = []

    var isEmpty: Bool { schema == nil && attachments.isEmpty && arguments.isEmpty }
}
