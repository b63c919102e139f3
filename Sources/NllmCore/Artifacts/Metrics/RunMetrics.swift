package import FoundationEssentials

/// The state of runs as metrics for Prometheus.
package struct RunMetrics {
    private let store: Store
    private var counters: [RunID: AttemptCounter] = [:]

    package init(store: Store) { self.store = store }

    /// The metrics of these runs; attempts that were read before are not read again.
    ///
    /// - Throws: if the store cannot be read.
    package mutating func text(of runs: [Run], now: Date = Date()) async throws(NllmError) -> String {
        var text = MetricsText()
        Self.declare(in: &text)
        for run in runs {
            var counter = counters[run.id] ?? AttemptCounter()
            try counter.update(from: store, of: run)
            counters[run.id] = counter
            Self.add(try await store.progress(of: run, now: now), counter, to: &text, now)
        }
        return text.text
    }

    private static func declare(in text: inout MetricsText) {
        text.declare("run_created_timestamp_seconds", .gauge, "When the run was enqueued, in seconds since 1970.")
        text.declare("run_finished", .gauge, "Whether no worker will do more of the run by itself.")
        text.declare("cells", .gauge, "Cells by state.")
        text.declare("attempts_total", .counter, "Executions by outcome; an answer that was reused is none.")
        text.declare("failures_total", .counter, "Executions with a failure, by its kind.")
        text.declare("tokens_total", .counter, "Tokens over all attempts, as far as reported.")
        text.declare("cost_dollars_total", .counter, "US dollars over all attempts, as far as known.")
        text.declare("answer_seconds", .histogram, "How long good answers took, without waits.")
        text.declare("wait_seconds", .gauge, "Time until the next cell may start; +Inf if it is unknown.")
        text.declare("verdicts", .gauge, "Answers by what their assertions said.")
        text.declare("pass_rate", .gauge, "The share of answers with a verdict that passed, from 0 to 1.")
    }

    private static func add(
        _ progress: RunProgress, _ counter: AttemptCounter, to text: inout MetricsText, _ now: Date
    ) {
        let run = [("run", progress.run.name)]
        text.add("run_created_timestamp_seconds", run, Double(progress.run.createdAt.milliseconds) / 1000)
        text.add("run_finished", run, progress.hasEnded ? 1 : 0)
        for model in progress.models {
            let labels = run + [("model", model.label)]
            for status in CellStatus.allCases {
                text.add("cells", labels + [("state", status.rawValue)], Double(model.counts[status]))
            }
            add(counter[model.id], labels, to: &text)
            text.add("tokens_total", labels + [("direction", "input")], Double(model.tokensInput))
            text.add("tokens_total", labels + [("direction", "output")], Double(model.tokensOutput))
            text.add("cost_dollars_total", labels, model.cost)
            if let wait = model.wait {
                let seconds = wait.until.map { max(0, $0.timeIntervalSince(now)) } ?? .infinity
                text.add("wait_seconds", labels + [("reason", wait.reason.name)], seconds)
            }
            if let verdicts = model.verdicts { add(verdicts, labels, to: &text) }
        }
    }

    private static func add(_ counts: AttemptCounts, _ labels: [(String, String)], to text: inout MetricsText) {
        for (outcome, count) in counts.outcomes.sorted(by: { $0.key < $1.key }) {
            text.add("attempts_total", labels + [("outcome", outcome)], Double(count))
        }
        for kind in FailureKind.allCases {
            text.add("failures_total", labels + [("kind", kind.rawValue)], counts.failures[kind].map(Double.init))
        }
        var total = 0
        for (bound, count) in zip(AttemptCounts.bounds.map { String($0) } + ["+Inf"], counts.durations) {
            total += count
            text.add("answer_seconds", labels + [("le", bound)], Double(total), suffix: "_bucket")
        }
        text.add("answer_seconds", labels, Double(counts.sum) / 1000, suffix: "_sum")
        text.add("answer_seconds", labels, Double(total), suffix: "_count")
    }

    private static func add(_ verdicts: VerdictCounts, _ labels: [(String, String)], to text: inout MetricsText) {
        for (verdict, count) in [("passed", verdicts.passed), ("failed", verdicts.failed), ("none", verdicts.none)] {
            text.add("verdicts", labels + [("verdict", verdict)], Double(count))
        }
        text.add("pass_rate", labels, verdicts.passRate)
    }
}
