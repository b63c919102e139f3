#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Keeps the answers of one worker that its database does not take, until it does or the next worker takes them in.
actor Rescue {
    /// Bytes that are set aside for each cell at a time, and in all at least.
    private static let (share, least) = (64 << 10, 4 << 20)

    private let database: String
    private let mark: String
    private let capacity: Int
    private var files: [RescuePlace: RescueFile] = [:]
    /// The place of each report that is kept.
    private var kept: [Lease: RescuePlace] = [:]
    /// The reports for which there was no room anywhere.
    private var unkept: Set<Lease> = []
    /// How many answers are kept that were recorded in a database that is gone, and how many are not.
    private var salvaged: [RescuePlace: Int] = [:]
    private var lost = 0
    private nonisolated let executor = BlockingExecutor(label: "rescue")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - database: the database's path.
    ///   - mark: the worker's.
    ///   - concurrency: how many cells it may have in flight.
    init(database: String, mark: String, concurrency: Int) {
        (self.database, self.mark) = (database, mark)
        capacity = max(Self.least, concurrency * Self.share)
    }

    /// Sets space aside beside the database; without it, other places have to do.
    func prepare() {
        guard files.isEmpty else { return }
        files[.database] = try? RescueFile.create(path(.database), mode: mode(.database), capacity: capacity)
    }

    /// Keeps those of these reports that are not kept yet and are worth it.
    ///
    /// - Returns: how many are kept nowhere, for want of room.
    @discardableResult
    func keep(_ reports: [Report]) -> Int {
        let new = reports.filter { $0.outcome.status != .interrupted && kept[Lease($0.claim)] == nil }
        let places = keep(lines: new.map { RescuedReport($0, database: database, worker: mark).line })
        for (report, place) in zip(new, places) {
            if let place {
                (kept[Lease(report.claim)], _) = (place, unkept.remove(Lease(report.claim)))
            } else {
                unkept.insert(Lease(report.claim))
            }
        }
        return unkept.count
    }

    /// Keeps answers that were recorded in a database that is gone, those left out that are kept already.
    private func keep(recorded: [(cellID: CellID, report: RescuedReport)]) {
        let known = Set(kept.keys.map(\.cellID))
        let places = keep(lines: recorded.filter { !known.contains($0.cellID) }.map(\.report.line))
        for place in places {
            if let place { salvaged[place, default: 0] += 1 } else { lost += 1 }
        }
    }

    /// Keeps what the worker has recorded in a database that is gone or damaged, as far as its open file gives it out.
    func salvage(from store: Store) async {
        var last: AttemptID = 0
        while let answers = try? await store.answers(ofWorker: mark, after: last), let end = answers.last {
            keep(recorded: answers.map { ($0.cellID, $0.report) })
            last = end.attemptID
        }
        if !store.isInPlace { await store.abandon() }
    }

    /// Writes lines wherever there is room, and returns where each is.
    private func keep(lines: [[UInt8]]) -> [RescuePlace?] {
        var places = [RescuePlace?](repeating: nil, count: lines.count)
        var left = Array(lines.indices)
        for place in RescuePlace.allCases where !left.isEmpty {
            guard let file = file(at: place) else { continue }
            // One that is too large for what is left of a file holds up no smaller one.
            var passed: [Int] = []
            while !left.isEmpty {
                let count = file.append(left.map { lines[$0] })
                for index in left.prefix(count) { places[index] = place }
                passed += left.dropFirst(count).prefix(1)
                left = Array(left.dropFirst(count + 1))
            }
            left = passed
        }
        return places
    }

    /// Lets go of reports that are recorded now; when none is left, the files are emptied.
    func release(_ reports: [Report]) {
        unkept.subtract(reports.map { Lease($0.claim) })
        guard !kept.isEmpty else { return }
        for report in reports { kept[Lease(report.claim)] = nil }
        guard kept.isEmpty else { return }
        for file in files.values { file.empty() }
    }

    /// What is kept and not recorded; nil if that is nothing.
    var note: RescueNote? {
        let note = RescueNote(
            answers: salvaged.values.reduce(kept.count, +), files: RescuePlace.allCases.filter(used.contains).map(path),
            lost: unkept.count + lost)
        return note.answers + note.lost > 0 ? note : nil
    }

    private var used: Set<RescuePlace> { Set(kept.values).union(salvaged.keys) }

    /// Removes files that hold nothing, and leaves the others to the next worker.
    func close() {
        for (place, file) in files where !used.contains(place) { file.remove() }
        files = [:]
    }

    private func file(at place: RescuePlace) -> RescueFile? {
        if let file = files[place] { return file }
        guard place != .database else { return nil }
        place.makeFolder()
        files[place] = try? RescueFile.create(path(place), mode: mode(place))
        return files[place]
    }

    private func path(_ place: RescuePlace) -> String { place.path(database: database, mark: mark) }

    /// The database's rights; elsewhere nobody else's.
    private func mode(_ place: RescuePlace) -> mode_t {
        var info = stat()
        let mode = stat(database, &info) == 0 ? info.st_mode & 0o666 : 0o600
        return place == .database ? mode : mode & 0o600 | 0o600
    }
}
