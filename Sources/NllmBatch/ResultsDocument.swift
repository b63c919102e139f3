import NllmCore

/// A run with all its results as one JSON object on one line, written piece by piece, so that its size does not matter.
struct ResultsDocument {
    let progress: RunProgress
    let manifest: JSONValue

    /// Prints the object: the state of the run, nllm's totals, the manifest, and the results.
    func print(from store: Store) throws {
        let head = JSONValue.object(progress.members + totals + [.init("manifest", manifest)]).description.printableJSON
        Console.out(head.dropLast() + ",\"results\":[", terminator: "")
        var separator = ""
        try store.forEachResult(of: progress.run) { result in
            Console.out(separator + result.description.printableJSON, terminator: "")
            separator = ","
        }
        Console.out("]}")
    }

    private var totals: [JSONValue.Member] {
        let counts = progress.counts
        let isSuccess = counts[.ok] == counts.total
        return [
            .init("success", .bool(isSuccess)), .init("exit_code", .integer(isSuccess ? 0 : 1)),
            .init("success_count", .integer(counts[.ok])), .init("total_count", .integer(counts.total)),
            .init("successful_models", labels { $0[.ok] == $0.total }),
            .init("failed_models", labels { $0.failed > 0 }),
        ]
    }

    private func labels(where isMeant: (CellCounts) -> Bool) -> JSONValue {
        .array(progress.models.filter { isMeant($0.counts) }.map { .string($0.label) })
    }
}
