internal import FoundationEssentials

/// Where a worker keeps answers that its database does not take: the first place that has room.
enum RescuePlace: CaseIterable {
    /// Beside the database.
    case database
    /// `$XDG_STATE_HOME/nllm-batch`, by default below `~/.local/state`.
    case state
    /// `$TMPDIR`, by default `/tmp`.
    case temporary

    /// The file of the worker with that mark.
    func path(database: String, mark: String) -> String { folder(database) + "/" + prefix(database) + mark }

    /// Makes the folder if that is ours to make.
    func makeFolder() {
        guard self == .state else { return }
        // As the specification of that folder asks for.
        try? FileManager.default.createDirectory(
            atPath: folder(""), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// The files of all workers in all places, each with the worker's mark.
    static func files(database: String) -> [(path: String, mark: String)] {
        allCases.flatMap { place in
            let (folder, prefix) = (place.folder(database), place.prefix(database))
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.filter { $0.hasPrefix(prefix) }.sorted().map {
                (folder + "/" + $0, String($0.dropFirst(prefix.count)))
            }
        }
    }

    private func folder(_ database: String) -> String {
        switch self {
        case .database: return AbsolutePath.parent(database)
        case .state: return UserFolder.state
        case .temporary:
            let given = EnvironmentVariable.value("TMPDIR") ?? ""
            return given.hasPrefix("/") ? given : "/tmp"
        }
    }

    private func prefix(_ database: String) -> String {
        switch self {
        case .database: AbsolutePath.name(database) + ".rescue-"
        case .state: "rescue-"
        case .temporary: "nllm-batch-rescue-"
        }
    }
}
