internal import FoundationEssentials

/// What a worker notices of other workers, of its database, and of what earlier workers left.
extension Worker {
    private static let inspection = Duration.seconds(2)
    /// How long a worker with nothing in flight waits for a disk, and how long one that has not begun.
    private static let (idlePatience, firstPatience) = (Duration.seconds(300), Duration.seconds(30))
    /// How long a process that is about to leave waits for answers that are being looked at.
    private static let lastPatience = Duration.seconds(2)

    /// Says that this worker lives, however long anything else takes.
    func beat() async {
        // What goes wrong here goes wrong elsewhere too, and is told there.
        guard let isKnown = try? await store.heartbeat(worker: id, now: Date()) else { return }
        let now = ContinuousClock().now
        if now - lastBeat > Self.heartbeat * 2 { steadySince = now }
        lastBeat = now
        // Taken for dead, perhaps after the machine slept; the cells are another worker's now.
        if !isKnown,
            let renewed = try? await store.register(
                identity, concurrency: options.concurrency, limits: options.limits, budget: options.budget, runs: scope,
                probing: [], now: Date())
        {
            id = renewed
        }
    }

    /// Whether the silence of others means something: what has held up this worker may have held up them as well.
    private var canHear: Bool {
        let now = ContinuousClock().now
        return now - lastBeat <= Self.heartbeat * 2 && now - steadySince > Self.heartbeat * 2
    }

    /// Notices what changed in the store.
    func lookAround() async throws(NllmError) {
        if let failed = await recorder.failure { throw failed }
        try checkPlace()
        await recorder.writeRest()
        try await noteClock()
        let now = ContinuousClock().now
        if lastInspection.map({ now - $0 >= Self.inspection }) ?? true {
            lastInspection = now
            try await store.correctTimesAhead(now: Date())
            try await inspectOthers()
        }
        guard !inFlight.isEmpty else { return }
        let held = try await store.leases(worker: id)
        for (lease, signal) in inFlight where lease.worker != id || held[lease.cell] != lease.number { signal.stop() }
    }

    /// Notices that the clock was set.
    func noteClock() async throws(NllmError) {
        guard let seconds = clock.step() else { return }
        try await store.noteClockSet(by: seconds, worker: id, now: Date())
    }

    /// Puts back the cells of workers that died, after ending what they left running and recording what they kept.
    private func inspectOthers() async throws(NllmError) {
        let lost = try await store.workers().filter { other in
            guard other.id != id else { return false }
            let isSilent = heartbeats.isSilent(other.id, heartbeat: other.heartbeatAt)
            return other.isGone(seenFrom: identity) || isSilent && canHear
        }
        guard !lost.isEmpty else { return }
        let inUse = try await takeIn()
        for other in lost {
            // Another worker is just taking in what it left.
            if inUse.contains(other.identity.mark), other.isGone(seenFrom: identity) { continue }
            if other.identity.sharesHost(with: identity) {
                ProcessTable.killGroups(variable: ProcessMark.variable, value: other.identity.mark)
            }
            let cells = try await store.takeOver(worker: other.id, now: Date())
            if cells > 0 { observe(.takenOver(pid: other.identity.pid, cells: cells)) }
        }
    }

    // MARK: Answers outside the database

    /// Records what earlier workers could not record, and returns the marks of those whose files are in use.
    @discardableResult
    func takeIn() async throws(NllmError) -> Set<String> {
        let found = try await RescueSearch(store: store, mark: identity.mark).takeIn()
        for recorded in found.recorded { await recorder.publish(recorded) }
        if found.answers > 0 { observe(.takenIn(answers: found.answers)) }
        for left in found.left where toldLeft.insert(left).inserted {
            observe(.notTakenIn(answers: left.answers, run: left.run, file: left.file))
        }
        return found.inUse
    }

    /// Keeps the answers that have arrived and are not recorded, for a process that is about to leave without waiting.
    ///
    /// - Returns: what is kept; nil if there is nothing.
    public func giveUp() async -> RescueNote? {
        isGivingUp = true
        let deadline = ContinuousClock().now + Self.lastPatience
        while judging > 0, ContinuousClock().now < deadline { try? await Task.sleep(for: .milliseconds(1)) }
        await rescue.keep(Array(arrived.values))
        let note = await rescue.note
        if note == nil { await rescue.close() }
        return note
    }

    /// Ends this worker in the store.
    func leave() async {
        if !isStopping { await recorder.giveUpWriting() }
        if isLost || !store.isInPlace { await salvage() }
        if await rescue.note == nil {
            try? await store.unregister(worker: id, now: Date())
        } else {
            // What is kept belongs to the cells as they are now.
            try? await store.retire(worker: id, now: Date())
        }
    }

    /// Keeps what this worker has recorded in a database that is gone or damaged, as far as its open file gives it out.
    private func salvage() async {
        var last: Int64 = 0
        while let answers = try? await store.answers(ofWorker: identity.mark, after: last), let end = answers.last {
            await rescue.keep(recorded: answers.map { ($0.cell, $0.report) })
            last = end.attempt
        }
        if !store.isInPlace { await store.abandon() }
    }

    // MARK: A database that can't be written

    /// Throws if the database is not where it was.
    func checkPlace() throws(NllmError) {
        guard store.isInPlace else { throw .lost(database: store.path) }
    }

    /// Whether work goes on after an error, because what failed can be done later.
    ///
    /// For cells in flight and answers that arrived it waits as long as it takes.
    func endures(_ error: NllmError) async -> Bool {
        guard failure == nil, store.isInPlace, let reason = await recorder.reasonToWait(error) else { return false }
        let now = ContinuousClock().now
        let begin = outageBegan ?? now
        outageBegan = begin
        let patience = hasClaimed ? Self.idlePatience : Self.firstPatience
        let isPatient = !isStopping && now - begin < patience
        guard !inFlight.isEmpty || isPatient else { return false }
        await recorder.heldUp(because: reason)
        return true
    }

    /// Notes that the database takes what it is given.
    func endOutage() async {
        guard outageBegan != nil else { return }
        outageBegan = nil
        await recorder.recovered()
    }

    /// Whether results wait to be written into their folders, and there is hope.
    func waitsForFolders() async -> Bool {
        guard await recorder.hasUnwritten else {
            unwrittenSince = nil
            return false
        }
        let now = ContinuousClock().now
        let begin = unwrittenSince ?? now
        unwrittenSince = begin
        return now - begin < Self.idlePatience
    }
}
