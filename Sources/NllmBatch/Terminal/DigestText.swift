import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What the results of a run come to, on one screen, whatever their number.
struct DigestText {
    /// The size where there is no terminal, and the least one that is made use of.
    private static let (usual, least) = ((columns: 80, rows: 24), (columns: 40, rows: 10))
    private static let indent = "  "
    /// The most results that are named for what they took.
    static let extremes = 3

    let status: StatusText
    let digest: RunDigest

    private let (columns, rows): (Int, Int)

    init(status: StatusText, digest: RunDigest) {
        (self.status, self.digest) = (status, digest)
        let terminal = Terminal(STDOUT_FILENO)
        columns = max(terminal?.columns ?? Self.usual.columns, Self.least.columns)
        // One line less, so that the first one stays when the shell asks for the next command.
        rows = max(terminal?.rows ?? Self.usual.rows, Self.least.rows) - 1
    }

    /// Reads what the results of a run come to.
    static func read(_ run: Run, from store: Store, hint: String) async throws -> DigestText {
        DigestText(
            status: try await StatusText.read(store.measured(store.progress(of: run)), from: store, hint: hint),
            digest: try await store.digest(of: run, extremes: extremes))
    }

    var lines: [StyledText] {
        let (head, commands) = (status.head + status.gates, ReportLine.fitted(commands))
        let sections = [models, failures, rejected, extremes].filter { !$0.items.isEmpty }
        let body = ReportSection.lines(sections, rows: max(sections.count, rows - head.count - commands.count))
        return (head + body.map { Table.shorten($0.oneLine, to: columns) } + commands).map { StyledText($0) }
    }

    private var models: ReportSection {
        var table = Table(
            ("model", .left), ("done", .right), ("failed", .right), ("passed", .right), ("no verdict", .right),
            ("p50", .right), ("cost", .right))
        for model in status.progress.models {
            table.add([
                model.label, "\(model.counts.ended)/\(model.counts.total)", String(model.counts.failed),
                model.passedText, model.unjudgedText, model.pace.median.map(Format.duration) ?? "",
                model.cost.map(Format.dollars) ?? "",
            ])
        }
        let lines = table.lines(columns: columns - Self.indent.count).map { Self.indent + $0 }
        return ReportSection(
            heading: [lines[0]], items: lines.dropFirst().map { ReportSection.Item(lines: [$0]) }, rank: 1, least: 3
        ) { "\(Self.indent)and \(Format.count($0, "more model"))" }
    }

    private var failures: ReportSection {
        let items = digest.failures.map { group in
            let (model, prompt, isOne) = (name(group.model), name(group.prompt), group.cells == 1)
            let what =
                group.isOK
                ? "\(Format.count(group.cells, "answer")) of \(model) \(isOne ? "is" : "are") \(group.kind) (\(prompt))"
                : "\(group.cells) × \(group.kind) on \(model) (\(prompt)): \(group.message)"
            return ReportSection.Item(lines: [what])
        }
        return ReportSection(items: items, rank: 0, least: 3) { "and \(Format.count($0, "more group")) of failures" }
    }

    private var rejected: ReportSection {
        let items = digest.rejected.map { rejected in
            let count = "\(Format.count(rejected.cells, "answer")) of \(name(rejected.model))"
            let word = rejected.cells == 1 ? "does" : "do"
            return ReportSection.Item(
                lines: ["\(count) \(word) not pass (\(name(rejected.prompt))): \(rejected.reason)"])
        }
        return ReportSection(items: items, rank: 2, least: 2) { "and \(Format.count($0, "more model")) with such" }
    }

    private var extremes: ReportSection {
        let lists = [
            ("slowest", digest.slowest, Format.duration), ("dearest", digest.dearest, Format.dollars),
        ].filter { !$0.1.isEmpty }
        let items = lists.map { title, results, format in
            let texts = results.map { result in
                "\(format(result.amount)) [\(name(result.model)) "
                    + "\(CellName.label(name(result.prompt), sample: result.sample))]"
            }
            return ReportSection.Item(lines: ["\(title): \(texts.joined(separator: ", "))"])
        }
        return ReportSection(items: items, rank: 3, least: 2) { _ in "" }
    }

    /// A name, cut where it is long.
    private func name(_ text: String) -> String { Table.shorten(text.oneLine, to: 28) }

    /// The commands that show more.
    private var commands: [ReportLine] {
        let show = "nllm-batch show \(status.progress.run.name)"
        let prompt =
            digest.failures.first?.prompt ?? digest.rejected.first?.prompt ?? digest.slowest.first?.prompt
        let option = prompt.map { "--prompt\($0.hasPrefix("-") ? "=" : " ")\(ShellWord.quote($0))" } ?? "--prompt ID"
        let isFlawless = digest.rejected.isEmpty && digest.failures.allSatisfy(\.isOK)
        let failed = isFlawless ? "" : "; all that failed: \(show) --failed\(status.hint)"
        return [ReportLine("one prompt: \(show) \(option)\(status.hint)\(failed)")]
    }
}
