internal import Foundation
internal import NllmCore

/// Measures the engine alone, with an executor that answers at once, on a database file in a temporary directory.
///
/// `EngineBenchmark [--json] [--models N] [CELLS …]`; without a number it measures 1,000, then 100,000, then 1,000,000
/// cells, which writes some gigabytes and over a million files. Each figure is one line, with name and value two spaces
/// apart.
@main
struct EngineBenchmark {
    static func main() async throws {
        var sizes: [Int] = []
        var models = 10
        var printsJSON = false
        var words = CommandLine.arguments.dropFirst()
        while let word = words.popFirst() {
            switch word {
            case "--json": printsJSON = true
            case "--models": models = words.popFirst().flatMap { Int($0) } ?? models
            default:
                guard let size = Int(word), size > 0 else { throw NllmError.usage("`\(word)` is no number of cells") }
                sizes.append(size)
            }
        }
        // What other programs report for a manifest takes the same time for any number of cells.
        setenv("PATH", "", 1)
        var figures = Figures(arePrinted: !printsJSON)
        // The smallest first, because a process's peak of memory never falls.
        for size in (sizes.isEmpty ? [1_000, 100_000, 1_000_000] : sizes).sorted() {
            try await TemporaryRun.with(cells: size, models: models) { try await $0.measure(into: &figures) }
        }
        figures.addRatios()
        if printsJSON { print(figures.json) }
    }
}
