/// Collects what is wrong with a suite, with its places.
final class SuiteProblems {
    private var flaws = InputProblems(isGrouped: false)
    private var refusals = InputProblems(isGrouped: false)

    /// The number of problems so far.
    var count: Int { flaws.count + refusals.count }

    /// Notes what is wrong in a file.
    func report(_ place: InputPlace, _ message: String) { flaws.add(InputProblem(place, message)) }

    func report(_ problem: InputProblem) { flaws.add(problem) }

    /// Notes what is right, but not allowed to this suite or without meaning for it.
    func refuse(_ place: InputPlace, _ message: String) { refusals.add(InputProblem(place, message)) }

    /// Throws what was noted: as bad input, or as a bad configuration where nothing is wrong in itself.
    func check() throws(NllmError) {
        try flaws.check()
        guard !refusals.isEmpty else { return }
        throw .badConfiguration(problems: refusals.first, count: refusals.listed)
    }
}
