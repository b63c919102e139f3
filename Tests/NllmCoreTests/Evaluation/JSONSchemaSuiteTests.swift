import Foundation
import Testing

@testable import NllmCore

/// The official tests of JSON Schema, which `scripts/setup --tests` downloads.
struct JSONSchemaSuiteTests {
    @Test("mandatory tests of draft 2020-12 pass", arguments: SchemaSuite.files("draft2020-12"))
    func draft2020(file: String) throws {
        try SchemaSuite.check(file)
    }

    /// All but those that need formats as assertions, or metaschemas of other drafts.
    @Test(
        "optional tests of draft 2020-12 pass",
        arguments: [
            "anchor", "bignum", "dependencies-compatibility", "dynamicRef", "ecmascript-regex", "float-overflow", "id",
            "no-schema", "non-bmp-regex", "refOfUnknownKeyword", "unknownKeyword",
        ])
    func optional(file: String) throws {
        try SchemaSuite.check("draft2020-12/optional/\(file).json")
    }

    @Test("mandatory tests of draft 2019-09 pass", arguments: SchemaSuite.files("draft2019-09"))
    func draft2019(file: String) throws {
        guard !file.hasSuffix("/vocabulary.json") else { return }
        try SchemaSuite.check(file, as: "https://json-schema.org/draft/2019-09/schema")
    }

    @Test("mandatory tests of draft-07 pass", arguments: SchemaSuite.files("draft7"))
    func draft7(file: String) throws {
        try SchemaSuite.check(file, as: "http://json-schema.org/draft-07/schema#")
    }

    @Test("mandatory tests of draft-06 pass", arguments: SchemaSuite.files("draft6"))
    func draft6(file: String) throws {
        try SchemaSuite.check(file, as: "http://json-schema.org/draft-06/schema#")
    }

    @Test("the suite is whole")
    func isWhole() throws {
        #expect(SchemaSuite.files("draft2020-12").count == 46)
        #expect(try SchemaSuite.remotes().count > 60)
    }
}

/// The folder of the official tests.
private enum SchemaSuite {
    private static let root =
        ProcessInfo.processInfo.environment["NLLM_BATCH_SCHEMA_SUITE"]
        ?? URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path + "/.venv/json-schema-suite"

    /// The files of a draft; if there are none, the folder itself, so that its test fails.
    static func files(_ draft: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/tests/" + draft)) ?? []
        let files = names.filter { $0.hasSuffix(".json") }.sorted().map { "\(draft)/\($0)" }
        return files.isEmpty ? [draft] : files
    }

    /// Runs the tests of a file.
    ///
    /// - Parameters:
    ///   - file: its path in the folder of tests.
    ///   - draft: the `$schema` of schemas without one; nil to leave them as they are. Tests that refer to it as a schema
    ///     are left out, as it is not at hand.
    /// - Throws: if a file is missing, or a schema is refused.
    static func check(_ file: String, as draft: String? = nil) throws {
        let path = root + "/tests/" + file
        try #require(path.hasSuffix(".json"), "there is no folder \(path); run scripts/setup --tests")
        let remotes = try remotes()
        for group in try elements(document(path)) {
            let written = try #require(group["schema"])
            if let draft, JSONPointer.value(["$ref"], in: written) == .string(draft) { continue }
            let schema = try JSONSchema(naming(draft, in: written), others: remotes)
            for test in try elements(group["tests"]) {
                let name = [group, test].compactMap { $0["description"]?.stringValue }.joined(separator: ": ")
                let value = try #require(test["data"])
                for limit in [1, 100] {
                    let flaws = try schema.flaws(in: value, atMost: limit)
                    #expect(flaws.isEmpty == (test["valid"] == .bool(true)), "\(name): \(flaws)")
                    #expect(flaws.count <= limit)
                }
            }
        }
    }

    private static func naming(_ draft: String?, in schema: JSONValue) -> JSONValue {
        guard let draft, case .object(let members) = schema, schema["$schema"] == nil else { return schema }
        return .object([JSONValue.Member("$schema", .string(draft))] + members)
    }

    /// The schemas that tests refer to, by the addresses that the suite gives them.
    static func remotes() throws -> [String: JSONValue] {
        var remotes: [String: JSONValue] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root + "/remotes")
        where name.hasSuffix(".json") {
            remotes["http://localhost:1234/" + name] = try document("\(root)/remotes/\(name)")
        }
        return remotes
    }

    private static func document(_ path: String) throws -> JSONValue {
        try JSONParser.parse([UInt8](Data(contentsOf: URL(filePath: path))))
    }

    private static func elements(_ value: JSONValue?) throws -> [JSONValue] {
        guard case .array(let elements)? = value else { throw CocoaError(.coderInvalidValue) }
        return elements
    }
}
