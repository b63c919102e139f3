import ArgumentParser
import NllmCore

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the progress of a run: counts by state and model, rate, ETA.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() async throws {
        let store = try common.open()
        let progress = try await store.progress(of: try await store.run(run))
        if json { Console.out(try await store.document(of: progress)) } else { Console.out(Self.text(progress)) }
    }

    private static func text(_ progress: RunProgress) -> String {
        var lines = ["\(progress.run.name): \(progress.state), \(Format.counts(progress.counts))".oneLine]
        var table = Table(
            ("model", .left), ("cells", .right), ("pending", .right), ("running", .right), ("allowed", .right),
            ("ok", .right),
            ("error", .right), ("timeout", .right), ("cancelled", .right), ("tokens in", .right), ("tokens out", .right)
        )
        for model in progress.models {
            let allowed = model.allowed.map { String($0) } ?? ""
            func cells(_ states: CellStatus...) -> [String] { states.map { String(model.counts[$0]) } }
            table.add(
                [model.label, String(model.counts.total)] + cells(.pending, .running) + [allowed]
                    + cells(.ok, .error, .timeout, .cancelled)
                    + [String(model.tokensInput), String(model.tokensOutput)])
        }
        lines.append(table.text)
        lines += progress.models.compactMap { model in
            model.wait.map { "\(model.label): \($0.text())".oneLine }
        }
        if let rate = progress.rate {
            lines.append(
                "rate: \(Format.rate(rate))" + (progress.remaining.map { ", ETA \(Format.duration($0))" } ?? ""))
        }
        if let cost = progress.cost { lines.append("cost: \(Format.dollars(cost)) (estimated)") }
        return (lines + ["folder: \(progress.run.folder.oneLine)"]).joined(separator: "\n")
    }
}
