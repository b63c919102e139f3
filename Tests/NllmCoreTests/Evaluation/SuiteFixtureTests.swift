import Testing

@testable import NllmCore

@Suite struct SuiteFixtureTests {
    @Test func thereAreSuites() {
        #expect(SuiteFixture.running.count >= 25)
        #expect(SuiteFixture.refused.count >= 30)
    }

    @Test(arguments: SuiteFixture.running)
    func aSuiteMakesItsCells(fixture: SuiteFixture) throws {
        let suite = try fixture.read()
        var missing = fixture.expectedCells.map(SuiteFixture.Cell.init)
        for (cell, _) in try fixture.cells(of: suite) {
            let index = missing.firstIndex { cell.fits($0) }
            #expect(index != nil, "not expected: \(cell)")
            if let index { missing.remove(at: index) }
        }
        #expect(missing.isEmpty)
    }

    @Test(arguments: SuiteFixture.running)
    func idsAreUniqueAndStayTheSame(fixture: SuiteFixture) throws {
        let suite = try fixture.read()
        var ids: [String] = []
        try suite.forEachPrompt { ids.append($0.prompt.id) }
        #expect(Set(ids).count == ids.count)
        #expect(ids.count == suite.census.prompts)
        var again: [String] = []
        try fixture.read().forEachPrompt { again.append($0.prompt.id) }
        #expect(ids == again)
    }

    @Test(arguments: SuiteFixture.refused)
    func aSuiteIsRefused(fixture: SuiteFixture) throws {
        let refused = try #require(fixture.expected["refused"])
        let isConfiguration = refused["exit"]?.intValue == 78
        do {
            _ = try fixture.read()
            Issue.record("not refused")
        } catch let error as NllmError {
            let problem: InputProblem
            switch error {
            case .badInput(let problems, let count) where !isConfiguration && count == 1: problem = problems[0]
            case .badConfiguration(let problems, let count) where isConfiguration && count == 1: problem = problems[0]
            default:
                Issue.record("\(error)")
                return
            }
            #expect(problem.file.hasSuffix("/\(fixture.name)/\(refused["file"]?.stringValue ?? "")"))
            if let line = refused["line"]?.intValue { #expect(problem.line == line) }
            #expect(problem.description.contains(refused["contains"]?.stringValue ?? "?"), "\(problem)")
        }
    }
}
