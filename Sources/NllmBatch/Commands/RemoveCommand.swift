import ArgumentParser
import NllmCore

struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove runs with their folders; print their names.",
        discussion: """
            What others have put into a run's folder stays, and so do answers that later runs have reused. A run that a \
            worker works on is not removed.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "Names of runs.")
    var runs: [String]

    @Flag(help: "Print one JSON object per run instead of its name.")
    var json = false

    func run() async throws {
        let remover = RunRemover(store: try common.open())
        let (found, removed) = try await remover.find(runs)
        for name in removed { common.say("run \(name) was removed before") }
        for run in found { try await remove(run, remover) }
        try await giveBackSpace(remover)
    }
}

/// The output of `rm` and `prune` about the runs that they remove.
protocol RemovingCommand {
    var common: CommonOptions { get }
    var json: Bool { get }
}

extension RemoveCommand: RemovingCommand {}

extension RemovingCommand {
    func remove(_ run: Run, _ remover: RunRemover) async throws {
        let removed = try await remover.remove(run)
        if json { Console.out(removed.json) } else { Console.out(removed.run) }
        if let left = removed.left { common.say("\(removed.folder) stays, because it \(left)") }
    }

    func giveBackSpace(_ remover: RunRemover) async throws {
        guard try await !remover.giveBackSpace() else { return }
        common.say(
            "the database's file keeps its size and the space in it is reused, because another process works on it "
                + "or the disk has no room to write it anew")
    }
}

extension RemovedRun {
    var json: JSONValue {
        .object([
            .init("run", .string(run)), .init("folder", .string(folder)), .init("folder_removed", .bool(left == nil)),
            .init("cells", .integer(cells)),
        ])
    }
}
