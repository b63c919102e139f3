import ArgumentParser
import NllmCore

struct PruneCommand: AsyncParsableCommand, RemovingCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove old finished runs with their folders; print their names.",
        discussion: """
            With both options, a run goes if it is older than the age and not one of the newest. Runs that are not \
            finished, or that a worker works on, always stay.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Remove runs that finished longer ago than this, e.g. 30d or 12h.", valueName: "age"))
    var olderThan: String?

    @Option(help: ArgumentHelp("Keep this number of the newest finished runs.", valueName: "n"))
    var keep: Int?

    @Flag(help: "Print what would be removed without removing it.")
    var dryRun = false

    @Flag(help: "Print one JSON object per run instead of its name.")
    var json = false

    func validate() throws {
        guard olderThan != nil || keep != nil else {
            throw ValidationError("name what is to be removed with `--older-than`, `--keep` or both")
        }
        if let flaw = olderThan.flatMap({ DurationText.flaw($0, DurationText.ages) }) {
            throw ValidationError("`--older-than` \(flaw)")
        }
        if let keep, keep < 0 { throw ValidationError("`--keep` is \(keep) but must be 0 or more") }
    }

    func run() async throws {
        let store = try common.open()
        let runs = try await store.prunableRuns(
            olderThan: olderThan.flatMap(DurationText.seconds), keeping: keep ?? 0)
        guard !dryRun else { return printPlan(runs) }
        let remover = RunRemover(store: store)
        var count = 0
        for run in runs {
            do {
                try await remove(run, remover)
                count += 1
            } catch NllmError.runInUse(let run, let reason) {
                common.say("run \(run) stays, because \(reason)")
            }
        }
        if count > 0 { try await giveBackSpace(remover) }
        common.say("\(Format.count(count, "run")) removed")
    }

    private func printPlan(_ runs: [Run]) {
        for run in runs {
            if json {
                Console.out(.object([.init("run", .string(run.name)), .init("folder", .string(run.folder))]))
            } else {
                Console.out(run.name)
            }
        }
        common.say("\(Format.count(runs.count, "run")) would be removed; nothing was done")
    }
}
