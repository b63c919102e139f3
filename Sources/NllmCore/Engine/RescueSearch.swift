internal import FoundationEssentials

/// Looks for answers that earlier workers could not record, and records those that belong to this database.
struct RescueSearch: Sendable {
    /// What was found.
    struct Found: Sendable {
        /// What was recorded, one after the other.
        var recorded: [Recorded] = []
        /// How many answers that was.
        var answers = 0
        /// What stays in files, because it is another database's.
        var left: [Left] = []
        /// The marks of workers whose files are in use.
        var inUse: Set<String> = []
    }

    /// Answers that stay in a file.
    struct Left: Sendable, Hashable {
        var answers: Int
        /// The run of the first one; nil if a newer version has written it.
        var run: String?
        var file: String
    }

    /// The number of reports that are recorded at once.
    private static let group = 64

    let store: Store
    /// The mark of the worker that searches; its own file is not looked at.
    let mark: String

    /// Goes through the files in all places.
    ///
    /// - Returns: what was found.
    /// - Throws: when the database can't be written; then all that is not recorded stays in its file.
    @concurrent func takeIn() async throws(NllmError) -> Found {
        var found = Found()
        for (path, mark) in RescuePlace.files(database: store.path) where mark != self.mark {
            switch RescueFile.find(path) {
            case .file(let file): try await takeIn(file, &found)
            case .inUse: found.inUse.insert(mark)
            case .notOurs: break
            }
        }
        return found
    }

    private func takeIn(_ file: RescueFile, _ found: inout Found) async throws(NllmError) {
        var lines = RescueLines(file)
        var left = Left(answers: 0, file: file.path)
        var reports: [(report: RescuedReport, place: Range<Int>)] = []
        while let (line, place) = lines.next() {
            switch RescuedReport.read(line) {
            case .report(let report): reports.append((report, place))
            case .newer: left.answers += 1
            case .torn: break
            }
            guard reports.count == Self.group else { continue }
            try await record(reports, of: file, &found, &left)
            reports = []
        }
        try await record(reports, of: file, &found, &left)
        if left.answers == 0 { file.remove() } else { found.left.append(left) }
    }

    /// Records reports and takes them out of their file.
    private func record(
        _ reports: [(report: RescuedReport, place: Range<Int>)], of file: RescueFile, _ found: inout Found,
        _ left: inout Left
    ) async throws(NllmError) {
        guard !reports.isEmpty else { return }
        let (recorded, fates): (Recorded, [RescuedFate])
        do throws(NllmError) {
            (recorded, fates) = try await store.takeIn(reports.map(\.report), now: Date())
        } catch {
            // One that can't be recorded whatever is done must not hold up the others.
            guard await store.trouble(behind: error) == nil else { throw error }
            guard reports.count > 1 else {
                left.answers += 1
                return left.run = left.run ?? reports[0].report.run
            }
            for report in reports { try await record([report], of: file, &found, &left) }
            return
        }
        guard store.isInPlace else { throw .lost(database: store.path) }
        found.recorded.append(recorded)
        for (fate, (report, place)) in zip(fates, reports) {
            if fate == .recorded { found.answers += 1 }
            if fate != .foreign {
                file.blank(place)
            } else {
                left.answers += 1
                left.run = left.run ?? report.run
            }
        }
    }
}
