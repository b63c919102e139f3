/// The keywords that a schema is written with, as its `$schema` says.
struct SchemaDialect: Sendable, Hashable {
    /// A group of keywords that decide about values (JSON Schema 2020-12, core, 8.1.2).
    enum Vocabulary: String, Sendable, CaseIterable {
        case core, applicator, unevaluated, validation
    }

    private static let vocabularyPrefix = "https://json-schema.org/draft/2020-12/vocab/"
    /// Vocabularies whose keywords decide nothing here; a format is a note.
    private static let notes = ["meta-data", "format-annotation", "content"]

    var vocabularies = Set(Vocabulary.allCases)
    /// Whether `items` may be an array, whose rest is `additionalItems`.
    var hasItemArrays = false
    /// Whether nothing counts beside `$ref`, and `$id` may be an anchor such as `#name`.
    var isBefore2019 = false

    static let draft2020 = SchemaDialect()

    /// The dialect that a `$schema`, without an empty fragment, names; nil if it names none of those that are known.
    static func known(_ uri: String) -> SchemaDialect? {
        let plain = uri.hasPrefix("https:") ? uri.dropFirst(6) : uri.dropFirst(5)
        switch plain {
        case "//json-schema.org/draft/2020-12/schema": return draft2020
        case "//json-schema.org/draft/2019-09/schema": return SchemaDialect(hasItemArrays: true)
        case "//json-schema.org/draft-07/schema", "//json-schema.org/draft-06/schema":
            return SchemaDialect(hasItemArrays: true, isBefore2019: true)
        default: return nil
        }
    }

    /// The dialect that a schema of schemas defines by its `$vocabulary`; an error if a vocabulary that has to be known is
    /// not.
    static func defined(by metaschema: JSONValue) throws(Fault) -> SchemaDialect {
        guard case .object(let members)? = metaschema.member("$vocabulary") else { return draft2020 }
        var dialect = draft2020
        dialect.vocabularies = [.core]
        for member in members {
            let name =
                member.name.hasPrefix(vocabularyPrefix) ? String(member.name.dropFirst(vocabularyPrefix.count)) : nil
            if let vocabulary = name.flatMap(Vocabulary.init) {
                dialect.vocabularies.insert(vocabulary)
            } else if member.value == .bool(true), !notes.contains(name ?? "") {
                throw Fault(message: "needs the vocabulary `\(member.name)`, which is not supported")
            }
        }
        return dialect
    }

    /// What is wrong with a schema of schemas.
    struct Fault: Error {
        var message: String
    }
}

/// Where a schema has other schemas inside.
enum Subschemas {
    /// The value is a schema.
    static let single: Set<String> = [
        "additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not",
        "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
    ]
    /// The value is an array of schemas.
    static let list: Set<String> = ["allOf", "anyOf", "oneOf", "prefixItems"]
    /// The value is an object of schemas.
    static let named: Set<String> = [
        "$defs", "definitions", "dependentSchemas", "patternProperties", "properties",
    ]
}
