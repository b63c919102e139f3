import ArgumentParser
import NllmCore

struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Read prompts and add cells to a run; print the run's name.",
        usage: """
            nllm-batch enqueue [<options>] <source> ... [-- <argument of llm> ...]
            nllm-batch enqueue [<options>] -- <prompt or arguments of llm> ...
            """,
        discussion: """
            Without --run a new run is made. With the name of an existing run, that run is brought in line with the \
            sources: cells that ask the same are kept with their answers, others are added or taken out.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Models and run") var enqueue: EnqueueOptions

    @Flag(help: "Print a JSON object instead of the name.")
    var json = false

    func run() async throws {
        let configuration = try common.configuration()
        let request = try await enqueue.request(
            target: enqueue.run.map { .named($0) } ?? .new, common: common, configuration: configuration)
        let other = try enqueue.answers.otherDatabase(besides: configuration.database)
        guard !enqueue.dryRun else { return try await enqueue.printPreview(request, common: common, json: json) }
        let enqueuer = Enqueuer(
            databasePath: configuration.database, isPrivate: configuration.isPrivate, note: common.say)
        let (report, store) = try await enqueuer.enqueue(request)
        _ = try await report.sayReplaced(in: store)
        common.say(report.sentence)
        if let other {
            let cells = try await store.reuseAnswers(of: other, in: report.run, age: enqueue.answers.age)
            common.say("\(Format.count(cells, "cell")) answered from \(other.path), without a request")
        }
        for estimate in report.estimates { common.say(estimate.sentence) }
        if json { Console.out(report.json) } else { Console.out(report.run) }
    }
}

extension EnqueueReport {
    /// What was done, for people.
    var sentence: String {
        guard !isNew else { return "\(Format.count(cells, "cell")) in new run \(run)" }
        let before = restored > 0 ? "; \(restored) answered before" : ""
        let rest = removed > 0 ? " (answers are kept)" : ""
        return "run \(run): \(kept) kept, \(changed) changed, \(new) new, \(removed) removed\(rest)\(before)"
    }

    /// Says what became of the nights that this one replaces, even if only errors are wanted: nobody else does.
    ///
    /// - Returns: these nights.
    func sayReplaced(in store: Store) async throws(NllmError) -> [NightResult] {
        var nights: [NightResult] = []
        for replaced in replaced {
            guard let night = try await NightEvaluator(store: store).result(of: store.run(replaced.run).id) else {
                continue
            }
            let verdict = night.passed.map { $0 ? "passed" : "failed" }
            Console.error(
                "night \(replaced.run) is left with \(replaced.cells) of \(night.totals.cells) cells to do; they are "
                    + "cancelled" + (verdict.map { ", and as it stands it has \($0)" } ?? ""))
            nights.append(night)
        }
        return nights
    }

    var json: JSONValue {
        .object([
            .init("run", .string(run)), .init("folder", .string(folder)), .init("is_new", .bool(isNew)),
            .init("cells", .integer(cells)), .init("kept", .integer(kept)), .init("changed", .integer(changed)),
            .init("new", .integer(new)), .init("restored", .integer(restored)), .init("removed", .integer(removed)),
            .init("estimates", .array(estimates.map(\.json))),
        ])
    }
}
