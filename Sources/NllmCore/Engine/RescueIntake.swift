/// Records the answers that earlier workers could not record, and reports those that are not of this database.
final class RescueIntake {
    private let store: Store
    private let mark: String
    private let recorder: Recorder
    private let observe: @Sendable (WorkEvent) -> Void
    /// What was reported already.
    private var left: Set<RescueSearch.Left> = []

    /// - Parameters:
    ///   - store: the database.
    ///   - mark: the mark of the worker that does it.
    ///   - recorder: writes what is recorded into the runs' folders.
    ///   - observe: receives what was found.
    init(store: Store, mark: String, recorder: Recorder, observe: @escaping @Sendable (WorkEvent) -> Void) {
        (self.store, self.mark, self.recorder, self.observe) = (store, mark, recorder, observe)
    }

    /// Records what is found, and returns the marks of those workers whose files are in use.
    @discardableResult
    func takeIn() async throws(NllmError) -> Set<String> {
        let found = try await RescueSearch(store: store, mark: mark).takeIn()
        for recorded in found.recorded { await recorder.publish(recorded) }
        if found.answers > 0 { observe(.takenIn(answers: found.answers)) }
        for left in found.left where self.left.insert(left).inserted {
            observe(.notTakenIn(answers: left.answers, run: left.run, file: left.file))
        }
        return found.inUse
    }
}
