import Testing

@testable import NllmCore

/// Problems are told once a kind, and twenty kinds at most.
@Suite struct InputProblemsTests {
    @Test func twentyKindsAreShownAndTheOthersCounted() {
        var problems = InputProblems()
        let letters = (0..<25).map { String(UnicodeScalar(UInt8(97 + $0))) }
        for (line, letter) in (letters + letters).enumerated() {
            problems.add(InputProblem(file: "p", line: line + 1, message: "kind \(letter) of `\(line)` is \(line)"))
        }
        #expect(problems.count == 50)
        #expect(problems.first.map(\.description).first == "p:1: kind a of `0` is 0 (2 times)")
        #expect(problems.first.count == 20 && problems.listed == 30)
        #expect(throws: NllmError.badInput(problems: problems.first, count: 30)) { try problems.check() }
    }

    @Test func allAreShownWhereTheyAreNotGrouped() {
        var problems = InputProblems(isGrouped: false)
        for line in 1...3 { problems.add(InputProblem(file: "p", line: line, message: "wrong")) }
        #expect(problems.first.map(\.line) == [1, 2, 3])
    }
}
