internal import FoundationEssentials

/// A request whose arguments are longer than the system allows, with files in place of them.
///
/// What `-s`, `-o` and `-a` say is given in a template of `llm`, which means the same, byte for byte; a schema is given as
/// a file. The files are removed with this.
final class LongArguments: Sendable {
    /// The kernel's limit for one argument, without its final NUL.
    static let argumentLimit = 128 * 1024 - 1
    /// The kernel's limit for all arguments is 2 MB with the usual stack; the environment takes part of that.
    static let totalLimit = 1_500_000

    /// The request over the files, or as it was if it needs none.
    let request: LLMRequest
    private let files: [String]

    /// - Parameters:
    ///   - request: the request.
    ///   - folder: makes the folder for the files, if they are needed.
    /// - Throws: if they cannot be written.
    init(_ request: LLMRequest, in folder: () throws(FileError) -> String) throws(FileError) {
        let arguments = LLMCommand.arguments(request)
        let isLong =
            arguments.contains { $0.utf8.count > Self.argumentLimit }
            || arguments.map { $0.utf8.count + 1 }.reduce(0, +) > Self.totalLimit
        guard isLong else {
            (self.request, files) = (request, [])
            return
        }
        let path = try folder() + "/" + UUID().uuidString
        var (shorter, files) = (request, [path + ".yaml"])
        try AtomicFile.write(Self.template(request), to: files[0])
        (shorter.system, shorter.options, shorter.attachments) = (nil, [], [])
        // The first template with a system prompt is the one that counts.
        shorter.arguments = ["-t", files[0]] + request.arguments
        if let schema = request.schema, schema.utf8.count > Self.argumentLimit {
            files.append(path + ".json")
            try AtomicFile.write(schema.utf8, to: files[1])
            shorter.schema = files[1]
        }
        (self.request, self.files) = (shorter, files)
    }

    deinit {
        for file in files { try? FileManager.default.removeItem(atPath: file) }
    }

    /// The template, as JSON, which YAML contains but for characters that it wants escaped.
    private static func template(_ request: LLMRequest) -> [UInt8] {
        var members: [JSONValue.Member] = []
        if let system = request.system {
            // A `$` would begin a variable.
            members.append(.init("system", .string(system.replacing("$", with: "$$"))))
        }
        if !request.options.isEmpty { members.append(.init("options", ModelOption.json(request.options))) }
        if !request.attachments.isEmpty { members.append(.init("attachments", .strings(request.attachments))) }
        var text = String(decoding: JSONWriter.line(.object(members)), as: UTF8.self)
        for (character, escape) in [("\u{FEFF}", "feff"), ("\u{FFFE}", "fffe"), ("\u{FFFF}", "ffff")] {
            text = String(
                decoding: Array(text.utf8).replacing(Array(character.utf8), with: Array("\\u\(escape)".utf8)),
                as: UTF8.self)
        }
        return Array(text.utf8)
    }
}
