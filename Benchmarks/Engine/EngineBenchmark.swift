internal import Foundation
internal import NllmCore

/// Measures the engine alone, with an executor that answers at once, on a database file in a temporary directory.
///
/// `EngineBenchmark [--json] [--models N] [CELLS …]`; without a number it measures 1,000, then 100,000, then 1,000,000
/// cells, which writes some gigabytes and over a million files. Each figure is one line, with name and value two spaces
/// apart. Each step runs in a process of its own, so that its memory is its own as well.
@main
struct EngineBenchmark {
    static func main() async throws {
        var (sizes, models, printsJSON): ([Int], Int, Bool) = ([], 10, false)
        var (step, folder): (Step?, String) = (nil, "")
        var words = CommandLine.arguments.dropFirst()
        while let word = words.popFirst() {
            switch word {
            case "--json": printsJSON = true
            case "--models": models = words.popFirst().flatMap { Int($0) } ?? models
            case "--step": step = words.popFirst().flatMap(Step.init)
            case "--folder": folder = words.popFirst() ?? folder
            default:
                guard let size = Int(word), size > 0 else {
                    throw NllmError.usage("`\(word)` is not a number of cells")
                }
                sizes.append(size)
            }
        }
        // What other programs report for a manifest takes the same time for any number of cells.
        setenv("PATH", "", 1)
        if let step, let size = sizes.first {
            return try await TemporaryRun(folder: folder, cells: size, models: models).perform(step)
        }
        var figures = Figures(arePrinted: !printsJSON)
        for size in (sizes.isEmpty ? [1_000, 100_000, 1_000_000] : sizes).sorted() {
            try TemporaryRun.with(cells: size, models: models) { run in
                for step in Step.allCases { try figures.add(run.figures(of: step)) }
            }
        }
        figures.addRatios()
        if printsJSON { print(figures.json) }
    }
}
