import ArgumentParser
import NllmCore

/// What answers are checked against, and runs are held against.
struct EvaluationOptions: ParsableArguments {
    @Option(
        name: .customLong("assert"),
        help: ArgumentHelp(
            "Check every answer, as in contains:Paris, not-regex:'\\d' or is-json; repeatable.", valueName: "type:value"
        ))
    var assertions: [String] = []

    @Option(
        name: .customLong("gate"),
        help: ArgumentHelp(
            "Condition that decides the exit code, as in 'pass_rate >= 0.9' or no_regression; repeatable.",
            valueName: "condition"))
    var gates: [String] = []

    @Option(
        help: ArgumentHelp("History that the run belongs to as a night (default: a suite's own).", valueName: "name"))
    var series: String?

    @Option(
        help: ArgumentHelp(
            "What the run is compared with, by prompt id: last, best or a run's name (default: the series' history).",
            valueName: "run", visibility: .hidden))
    var baseline: String?

    @Option(
        help: ArgumentHelp(
            "Model that decides assertions such as llm-rubric (default: a suite's `judge`).", valueName: "model",
            visibility: .hidden))
    var judge: String?

    @Flag(help: ArgumentHelp("Wait while another process runs the series.", visibility: .hidden))
    var wait = false

    @Flag(help: ArgumentHelp("Allow a suite to start programs (`finally`, `command`).", visibility: .hidden))
    var allowCommands = false

    func validate() throws {
        if series?.isEmpty == true { throw ValidationError("`--series` is empty; name one") }
        if baseline?.isEmpty == true { throw ValidationError("`--baseline` is empty; name a run, or last or best") }
    }

    /// What is asked for.
    func request(_ common: CommonOptions) -> EvaluationRequest {
        var request = EvaluationRequest()
        (request.gates, request.series, request.baseline, request.judge) = (gates, series, baseline, judge)
        request.allowsCommands = allowCommands
        let say = common.say
        let sayWaiting: @Sendable (String) -> Void = { series in say("waiting: another process runs series \(series)") }
        request.lock = SeriesLock(waits: wait ? sayWaiting : nil)
        return request
    }
}
