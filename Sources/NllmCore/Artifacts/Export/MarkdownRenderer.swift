/// Prompts with their answers as Markdown; nothing in either has a meaning in it, or for a terminal.
struct MarkdownRenderer: ResultRenderer {
    let run: String
    private var prompt: String?

    init(run: String) { self.run = run }

    var beginning: [UInt8] { Array("# \(MarkdownText.escape(run))\n".utf8) }

    mutating func add(_ result: ResultRecord) -> [UInt8] {
        var blocks: [String] = []
        if result.prompt != prompt {
            blocks = ["## \(MarkdownText.escape(result.prompt))"]
            blocks += (result.turns.isEmpty ? [result.promptText] : result.turns).map(MarkdownText.block)
        }
        prompt = result.prompt
        blocks.append("### \(MarkdownText.escape(RunFolder.name(model: result.label, sample: result.sample)))")
        blocks.append(MarkdownText.escape(Self.facts(result)))
        blocks += (result.earlier + [result.text]).filter { !$0.isEmpty }.map(MarkdownText.block)
        return Array(("\n" + blocks.joined(separator: "\n\n") + "\n").utf8)
    }

    /// How it ended, what was said of it, and what it took, on one line.
    private static func facts(_ result: ResultRecord) -> String {
        var facts = [result.status.rawValue]
        if let failure = result.failure { facts[0] += " (\(failure.kind.rawValue): \(failure.message))" }
        if result.hasGrading {
            let verdict = result.grade?.passed.map { $0 ? "passed" : "did not pass" } ?? "no verdict"
            facts.append(verdict + (result.grade?.score.map { ", score \(Format.score($0))" } ?? ""))
        }
        if result.cachedFrom == nil { facts.append(Format.duration(Double(result.durationMilliseconds) / 1000)) }
        if let tokens = result.tokensOutput { facts.append(Format.count(tokens, "token")) }
        if let cost = result.cost { facts.append(Format.dollars(cost)) }
        return facts.joined(separator: " · ")
    }
}
