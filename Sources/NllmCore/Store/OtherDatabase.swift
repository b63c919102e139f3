internal import FoundationEssentials

extension Store {
    /// Runs `body` with the tables of another database, which is only read, under the name that it is given.
    ///
    /// - Throws: what `body` throws, if the other database cannot be read, and if it is this one.
    func attaching<Value>(
        _ other: Store, _ body: (String) throws(NllmError) -> Value
    ) throws(NllmError) -> Value {
        try other.checkDiffers(from: path)
        let name = "other"
        do {
            try database.run("ATTACH DATABASE ? AS \(name)", other.uri)
        } catch {
            throw Self.translate(error, path: other.path, opening: true)
        }
        defer { _ = try? database.execute("DETACH DATABASE \(name)") }
        return try body(name)
    }

    /// Throws if the database at a path is this one.
    package nonisolated func checkDiffers(from path: String) throws(NllmError) {
        guard AbsolutePath.real(self.path) != AbsolutePath.real(path) else {
            throw .usage("\(path) is the database itself; name another one")
        }
    }

    /// The database's file for ``attaching(_:_:)``.
    private nonisolated var uri: String {
        SQLiteConnection.uri(path, isImmutable ? "immutable=1" : "mode=ro")
    }

    /// Gives cells of a run the answers that another database has for the same requests, without a worker.
    ///
    /// - Parameters:
    ///   - other: the other database.
    ///   - run: the run's name.
    ///   - age: the maximum age of an answer in seconds; nil for the run's setting, or any age if it has none.
    /// - Returns: the number of cells that received an answer.
    /// - Throws: if the store cannot be written.
    package func reuseAnswers(of other: Store, in run: String, age: Double?) throws(NllmError) -> Int {
        let runID = try self.run(run).id
        let worker = try register(.current(), runs: [runID], probing: [], now: Date())
        defer { try? unregister(worker: worker, now: Date()) }
        return try takeCached(run: runID, age: age, worker: worker, now: Date(), from: other)
    }
}
