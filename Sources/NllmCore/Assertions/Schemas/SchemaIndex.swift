/// Finds all schemas in documents, with their addresses and anchors, before any of them is compiled.
struct SchemaIndex {
    /// A schema where it stands.
    struct Entry {
        let value: JSONValue
        let place: Place
        let resource: Int
    }

    /// A place in a document.
    struct Place: Hashable {
        /// The index of the document in ``SchemaIndex/documents``.
        let document: Int
        private let text: ExactText

        init(document: Int, pointer: String = "") {
            self.document = document
            text = ExactText(pointer)
        }

        var pointer: String { text.text }

        func inside(_ name: String) -> Place { Place(document: document, pointer: pointer + JSONPointer.step(name)) }
    }

    /// A schema with an address of its own, and what belongs to it.
    struct Resource {
        let uri: SchemaURI
        let dialect: SchemaDialect
        let place: Place
        /// Schemas by `$anchor` and `$dynamicAnchor`.
        var anchors: [String: Int] = [:]
        var dynamicAnchors: [String: Int] = [:]
    }

    /// The name of the `$dynamicAnchor` that `$recursiveAnchor` of draft 2019-09 is the same as; no other can have it.
    static let recursiveAnchor = ""

    private(set) var entries: [Entry] = []
    private(set) var resources: [Resource] = []
    /// The documents' addresses, that of the schema itself first, and their contents.
    private(set) var documents: [(uri: String, value: JSONValue)] = []
    private var entryAt: [Place: Int] = [:]
    private var resourceOf: [String: Int] = [:]
    /// Schemas that may be referred to, by their addresses.
    private let others: [String: JSONValue]

    /// Reads a schema and the schemas in it.
    ///
    /// - Parameters:
    ///   - schema: the schema itself; it becomes the first entry.
    ///   - others: what else it may refer to, by address.
    /// - Throws: what is wrong, and where.
    init(_ schema: JSONValue, others: [String: JSONValue]) throws(SchemaProblem) {
        self.others = others
        try add(schema, uri: "", dialect: .draft2020)
    }

    /// The entry at a place; nil if no schema stands there.
    func entry(at place: Place) -> Int? { entryAt[place] }

    /// A problem at a place.
    func problem(_ message: String, at place: Place) -> SchemaProblem {
        SchemaProblem(document: documents[place.document].uri, pointer: place.pointer, message: message)
    }

    /// Reads a document, in the dialect of those who refer to it unless it names another.
    private mutating func add(
        _ document: JSONValue, uri: String, dialect: SchemaDialect
    ) throws(SchemaProblem) {
        documents.append((uri, document))
        let place = Place(document: documents.count - 1)
        guard document.isWithinDepth(JSONParser.maximumDepth) else {
            throw problem("nested over \(JSONParser.maximumDepth) levels deep", at: place)
        }
        let address = SchemaURI(uri).document
        let named = try namedDialect(of: document, at: place)
        resources.append(Resource(uri: address, dialect: named ?? dialect, place: place))
        resourceOf[address.text] = resources.count - 1
        try read(document, at: place, resource: resources.count - 1)
    }

    /// Enters a schema and those inside it.
    private mutating func read(_ value: JSONValue, at place: Place, resource: Int) throws(SchemaProblem) {
        var waiting = [(value, place, resource)]
        while let (value, place, parent) = waiting.popLast() {
            guard entryAt[place] == nil else { continue }
            guard case .object(let members) = value else {
                guard case .bool = value else {
                    throw problem("must be a schema (an object, true or false), is \(value.kind)", at: place)
                }
                enter(value, at: place, resource: parent)
                continue
            }
            let resource = try resourceNumber(of: value, at: place, in: parent)
            let entry = enter(value, at: place, resource: resource)
            try readAnchors(of: value, entry: entry)
            for member in members {
                for (name, schema) in try subschemas(of: member, at: place, resource: resource) {
                    waiting.append((schema, name.reduce(place.inside(member.name)) { $0.inside($1) }, resource))
                }
            }
        }
    }

    @discardableResult
    private mutating func enter(_ value: JSONValue, at place: Place, resource: Int) -> Int {
        entries.append(Entry(value: value, place: place, resource: resource))
        entryAt[place] = entries.count - 1
        return entries.count - 1
    }

    /// The schemas that a keyword has, each with the names that lead to it from there.
    private func subschemas(
        of member: JSONValue.Member, at place: Place, resource: Int
    ) throws(SchemaProblem) -> [([String], JSONValue)] {
        let (name, place) = (member.name, place.inside(member.name))
        switch member.value {
        case .array(let elements) where name == "items":
            guard resources[resource].dialect.hasItemArrays else {
                throw problem(
                    "must be a schema; an array of schemas is `prefixItems` (or name draft-07 in `$schema`)", at: place)
            }
            return elements.enumerated().map { ([String($0)], $1) }
        case .array(let elements) where Subschemas.list.contains(name):
            if elements.isEmpty { throw problem("must have at least one schema", at: place) }
            return elements.enumerated().map { ([String($0)], $1) }
        case .object(let members) where Subschemas.named.contains(name):
            return members.map { ([$0.name], $0.value) }
        case .object(let members) where name == "dependencies":
            return members.filter { if case .array = $0.value { false } else { true } }.map { ([$0.name], $0.value) }
        case let value where Subschemas.single.contains(name): return [([], value)]
        case let value where Subschemas.list.contains(name):
            throw problem("must be an array of schemas, is \(value.kind)", at: place)
        case let value where Subschemas.named.contains(name) || name == "dependencies":
            throw problem("must be an object of schemas, is \(value.kind)", at: place)
        default: return []
        }
    }
}

// MARK: - Addresses

extension SchemaIndex {
    /// The resource that a schema belongs to: a new one if it has an address.
    private mutating func resourceNumber(
        of schema: JSONValue, at place: Place, in parent: Int
    ) throws(SchemaProblem) -> Int {
        let outer = resources[parent]
        if outer.dialect.isBefore2019, schema.member("$ref") != nil { return parent }
        guard let id = schema.member("$id") else { return parent }
        guard let text = id.stringValue else {
            throw problem("must be a string, is \(id.kind)", at: place.inside("$id"))
        }
        let written = SchemaURI(text)
        if outer.dialect.isBefore2019, text.hasPrefix("#") { return parent }
        guard written.fragment == nil || written.fragment == "" else {
            throw problem("must not have a fragment, is `\(text)`", at: place.inside("$id"))
        }
        let uri = outer.uri.resolving(written).document
        let dialect = try place.pointer.isEmpty ? outer.dialect : namedDialect(of: schema, at: place) ?? outer.dialect
        if let known = resourceOf[uri.text], resources[known].place != place {
            throw problem("`\(uri.text)` is the `$id` of another schema too", at: place.inside("$id"))
        }
        resources.append(Resource(uri: uri, dialect: dialect, place: place))
        resourceOf[uri.text] = resources.count - 1
        return resources.count - 1
    }

    /// The dialect that a schema's `$schema` names; nil if it has none.
    private func namedDialect(of schema: JSONValue, at place: Place) throws(SchemaProblem) -> SchemaDialect? {
        guard let name = schema.member("$schema") else { return nil }
        let place = place.inside("$schema")
        guard let text = name.stringValue else { throw problem("must be a string, is \(name.kind)", at: place) }
        let uri = SchemaURI(text)
        let address = uri.fragment == "" ? uri.document.text : text
        if let known = SchemaDialect.known(address) { return known }
        guard let metaschema = document(at: address) else {
            throw problem(
                "`\(text)` is not supported; use draft 2020-12, 2019-09, draft-07 or draft-06", at: place)
        }
        do throws(SchemaDialect.Fault) {
            return try SchemaDialect.defined(by: metaschema)
        } catch {
            throw problem(error.message, at: place)
        }
    }

    private mutating func readAnchors(of schema: JSONValue, entry: Int) throws(SchemaProblem) {
        let (place, resource) = (entries[entry].place, entries[entry].resource)
        var anchors: [(keyword: String, name: String)] = []
        for keyword in ["$anchor", "$dynamicAnchor"] {
            guard let value = schema.member(keyword) else { continue }
            guard let name = value.stringValue, !name.isEmpty, !name.hasPrefix("/") else {
                throw problem("must be a name", at: place.inside(keyword))
            }
            anchors.append((keyword, name))
        }
        if resources[resource].dialect.isBefore2019, let id = schema.member("$id")?.stringValue, id.hasPrefix("#") {
            anchors.append(("$id", String(id.dropFirst())))
        }
        if schema.member("$recursiveAnchor") == .bool(true) {
            resources[resource].dynamicAnchors[Self.recursiveAnchor] = entry
        }
        for (keyword, name) in anchors {
            if let other = resources[resource].anchors[name], other != entry {
                throw problem("`\(name)` is the anchor of another schema too", at: place.inside(keyword))
            }
            resources[resource].anchors[name] = entry
            if keyword == "$dynamicAnchor" { resources[resource].dynamicAnchors[name] = entry }
        }
    }

    private func document(at uri: String) -> JSONValue? { others[uri] ?? Metaschemas.document(at: uri) }

    /// Follows a reference; a document that it is the first to name is read.
    ///
    /// - Parameters:
    ///   - text: the reference.
    ///   - resource: where it stands.
    ///   - place: for problems.
    /// - Returns: the entry that it leads to.
    /// - Throws: if nothing is there.
    mutating func resolve(_ text: String, in resource: Int, at place: Place) throws(SchemaProblem) -> Int {
        let uri = resources[resource].uri.resolving(SchemaURI(text))
        let address = uri.document.text
        if resourceOf[address] == nil, let found = document(at: address) {
            try add(found, uri: address, dialect: resources[resource].dialect)
        }
        guard let target = resourceOf[address] else {
            throw problem("`\(text)` is not known; nothing is fetched, so define the schema in `$defs`", at: place)
        }
        guard let fragment = uri.decodedFragment else {
            return try entry(at: resources[target].place, text, from: place)
        }
        guard let names = JSONPointer.names(fragment) else {
            guard let entry = resources[target].anchors[fragment] else {
                throw problem("`\(text)` leads nowhere: there is no anchor `\(fragment)`", at: place)
            }
            return entry
        }
        let found = names.reduce(resources[target].place) { $0.inside($1) }
        if let entry = entryAt[found] { return entry }
        let whole = JSONPointer.names(resources[target].place.pointer) ?? []
        guard let schema = JSONPointer.value(whole + names, in: documents[found.document].value) else {
            throw problem("`\(text)` leads nowhere", at: place)
        }
        // A schema at a place where none is expected, such as inside a keyword of the user's own.
        try read(schema, at: found, resource: target)
        return try entry(at: found, text, from: place)
    }

    private func entry(at target: Place, _ text: String, from place: Place) throws(SchemaProblem) -> Int {
        guard let entry = entryAt[target] else { throw problem("`\(text)` leads nowhere", at: place) }
        return entry
    }
}
