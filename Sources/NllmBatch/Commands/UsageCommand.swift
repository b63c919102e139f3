import ArgumentParser
import FoundationEssentials
import NllmCore

struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Show what requests have taken: their number, tokens and cost over all runs.",
        discussion: """
            Requests of judges and repeated questions count for the run on whose behalf they were sent. Those of runs \
            that were removed are not known any more.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Only requests that ended since then, e.g. 24h or 7d.", valueName: "age"))
    var since: String?

    @Option(
        help: ArgumentHelp(
            "What they are added up by: \(UsageGrouping.allCases.map(\.rawValue).joined(separator: ", ")) (default: model).",
            valueName: "what"), transform: Self.grouping)
    var by = UsageGrouping.model

    @Flag(help: "Print one JSON object per line.")
    var json = false

    @Sendable
    private static func grouping(_ text: String) throws -> UsageGrouping {
        guard let grouping = UsageGrouping(rawValue: text) else {
            let known = UsageGrouping.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("`--by` is `\(text)` but must be one of \(known)")
        }
        return grouping
    }

    func validate() throws {
        if let flaw = since.flatMap({ DurationText.flaw($0, DurationText.ages) }) {
            throw ValidationError("`--since` \(flaw)")
        }
    }

    func run() async throws {
        let age = since.flatMap(DurationText.seconds)
        let totals = try common.open().usage(since: age.map { Date(timeIntervalSinceNow: -$0) }, by: by)
        if json {
            for total in totals { Console.out(total.json(by)) }
        } else if totals.isEmpty {
            common.say("no requests" + (since.map { " in the last \($0)" } ?? " yet"))
        } else {
            Console.out(table(totals).text)
        }
    }

    private func table(_ totals: [UsageTotals]) -> Table {
        var table = Table(
            (by.rawValue, .left), ("requests", .right), ("failed", .right), ("reused", .right), ("tokens in", .right),
            ("tokens out", .right), ("cost", .right))
        let sum = totals.reduce(UsageTotals(), +)
        for (name, total) in totals.map({ ($0.name ?? "(none)", $0) }) + (totals.count > 1 ? [("total", sum)] : []) {
            table.add([
                name, String(total.requests), total.failed > 0 ? String(total.failed) : "",
                total.reused > 0 ? String(total.reused) : "", Format.tokens(total.tokensInput),
                Format.tokens(total.tokensOutput), total.costText,
            ])
        }
        return table
    }
}

extension UsageTotals {
    /// The cost for people, as far as it is known; empty if nothing is.
    fileprivate var costText: String { cost.map { (unpriced > 0 ? "≥ " : "") + Format.dollars($0) } ?? "" }

    fileprivate func json(_ grouping: UsageGrouping) -> JSONValue {
        .object([
            .init("by", .string(grouping.rawValue)), .init("name", .optional(name)),
            .init("requests", .integer(requests)), .init("ok", .integer(ok)), .init("failed", .integer(failed)),
            .init("interrupted", .integer(interrupted)), .init("reused", .integer(reused)),
            .init("tokens_input", .integer(tokensInput)), .init("tokens_output", .integer(tokensOutput)),
            .init("cost_estimated", cost.map { .number(String($0)) } ?? .null), .init("unpriced", .integer(unpriced)),
        ])
    }
}
