/// A database, or run folders, that can't be written for now: whether a worker waits for them.
final class StorageOutage {
    /// How long a worker waits with nothing in flight.
    private static let idlePatience = Duration.seconds(300)
    /// How long a worker waits that has started no cell yet.
    private static let firstPatience = Duration.seconds(30)

    private let store: Store
    private let recorder: Recorder
    private var database = Patience()
    private var folders = Patience()

    /// - Parameters:
    ///   - store: the database.
    ///   - recorder: reports what waits, and when that is over.
    init(store: Store, recorder: Recorder) {
        (self.store, self.recorder) = (store, recorder)
    }

    /// Whether work continues after an error, because what failed can be done later.
    ///
    /// For cells in flight and answers that arrived it waits as long as it takes.
    func endures(_ error: NllmError, _ runner: CellRunner) async -> Bool {
        guard store.isInPlace, let reason = await recorder.reasonToWait(error) else { return false }
        let limit = runner.cells.haveBegun ? Self.idlePatience : Self.firstPatience
        let isPatient = database.wait(atMost: limit) && !runner.isStopping
        guard !runner.cells.isEmpty || isPatient else { return false }
        await recorder.heldUp(because: reason)
        return true
    }

    /// Notes that the database takes what it is given.
    func end() async {
        guard database.isWaiting else { return }
        database.end()
        await recorder.recovered()
    }

    /// Whether results wait to be written into their folders, and there is hope.
    func waitsForFolders() async -> Bool {
        await recorder.finishPublishing()
        guard await recorder.hasUnwritten else {
            folders.end()
            return false
        }
        return folders.wait(atMost: Self.idlePatience)
    }
}
