/// Makes a ``SchemaGraph`` of a schema and all that it refers to.
struct SchemaCompiler {
    private var index: SchemaIndex
    private var graph = SchemaGraph()

    /// Compiles a schema.
    ///
    /// - Parameters:
    ///   - schema: the schema itself.
    ///   - others: what else it may refer to, by address.
    /// - Returns: the schemas, each ready to check values.
    /// - Throws: what is wrong, and where.
    static func compile(_ schema: JSONValue, others: [String: JSONValue]) throws(SchemaProblem) -> SchemaGraph {
        var compiler = SchemaCompiler(index: try SchemaIndex(schema, others: others))
        // References may add documents, whose schemas come after those that are known.
        var entry = 0
        while entry < compiler.index.entries.count {
            compiler.graph.nodes.append(try compiler.node(entry))
            entry += 1
        }
        compiler.graph.dynamicAnchors = compiler.index.resources.map(\.dynamicAnchors)
        if let loop = SchemaLoop.find(in: compiler.graph) {
            throw compiler.index.problem(
                "refers to itself without looking into the value, which never ends",
                at: compiler.index.entries[loop].place)
        }
        return compiler.graph
    }

    private init(index: SchemaIndex) { self.index = index }

    private mutating func node(_ number: Int) throws(SchemaProblem) -> SchemaNode {
        let entry = index.entries[number]
        var node = SchemaNode(resource: entry.resource)
        if case .bool(let verdict) = entry.value {
            node.verdict = verdict
            return node
        }
        let dialect = index.resources[entry.resource].dialect
        let keywords = SchemaObject(value: entry.value, place: entry.place, index: index)
        node.keywords = try references(keywords, in: entry.resource)
        // Nothing counts beside a reference there.
        if dialect.isBefore2019, !node.keywords.isEmpty { return node }
        if dialect.vocabularies.contains(.validation) { node.keywords.insert(contentsOf: try keywords.checks(), at: 0) }
        if dialect.vocabularies.contains(.applicator) {
            node.keywords += try keywords.parts(hasItemArrays: dialect.hasItemArrays)
            node.keywords += try keywords.combinations()
        }
        if dialect.vocabularies.contains(.unevaluated) {
            let unevaluated = keywords.unevaluated()
            node.keywords += unevaluated
            node.needsMarks = !unevaluated.isEmpty
        }
        return node
    }

    private mutating func references(_ schema: SchemaObject, in resource: Int) throws(SchemaProblem) -> [SchemaKeyword]
    {
        var keywords: [SchemaKeyword] = []
        if let (text, place) = try schema.string("$ref") {
            keywords.append(.reference(try index.resolve(text, in: resource, at: place)))
        }
        for keyword in ["$dynamicRef", "$recursiveRef"] {
            guard let (text, place) = try schema.string(keyword) else { continue }
            let target = try index.resolve(text, in: resource, at: place)
            let anchor = SchemaURI(text).decodedFragment ?? SchemaIndex.recursiveAnchor
            let isDynamic = index.resources[index.entries[target].resource].dynamicAnchors[anchor] == target
            keywords.append(isDynamic ? .dynamicReference(target, anchor: anchor) : .reference(target))
        }
        return keywords
    }
}

/// Finds schemas that lead back to themselves for the same value, whatever the value is.
enum SchemaLoop {
    private enum State { case new, open, done }

    /// The index of a schema in such a loop; nil if there is none.
    static func find(in graph: SchemaGraph) -> Int? {
        var states = [State](repeating: .new, count: graph.nodes.count)
        for start in graph.nodes.indices where states[start] == .new {
            var path = [(node: start, next: graph.nodes[start].sameValueSchemas)]
            states[start] = .open
            while let last = path.last {
                guard let next = last.next.last else {
                    states[last.node] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next.removeLast()
                switch states[next] {
                case .open: return next
                case .done: continue
                case .new:
                    states[next] = .open
                    path.append((next, graph.nodes[next].sameValueSchemas))
                }
            }
        }
        return nil
    }
}

extension SchemaNode {
    /// The schemas that are always asked about the same value.
    fileprivate var sameValueSchemas: [Int] {
        keywords.flatMap { keyword -> [Int] in
            switch keyword {
            case .reference(let schema), .not(let schema), .condition(let schema, _, _): [schema]
            case .allOf(let schemas), .anyOf(let schemas), .oneOf(let schemas): schemas
            default: []
            }
        }
    }
}
