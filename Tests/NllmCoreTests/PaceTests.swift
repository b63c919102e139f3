import Foundation
import Testing

@testable import NllmCore

/// What is told of a model's speed is its own, however its cells come in.
@Suite struct PaceTests {
    private let begin = Date(timeIntervalSince1970: 1_000_000)

    /// Results of a model of which `slots` cells run at a time, each for `seconds`.
    private func spans(_ cells: Int, slots: Int, seconds: Double, spread: Double = 0) -> [ModelPace.Span] {
        (0..<cells).map { cell in
            let start = begin + Double(cell / slots) * seconds + Double(cell % slots) * spread
            return ModelPace.Span(start: start, end: start + seconds, duration: seconds)
        }.reversed()
    }

    @Test(arguments: [(1, 0.8), (4, 0.8), (64, 2), (8, 30), (1, 20)], [true, false])
    func aSteadyModelIsMeasuredExactly(model: (slots: Int, seconds: Double), isWhole: Bool) throws {
        for rounds in [2, 5, 40] {
            let cells = rounds * model.slots
            let all = spans(cells, slots: model.slots, seconds: model.seconds)
            // As if earlier ones were not looked at.
            let seen = isWhole || rounds < 40 ? all : Array(all.prefix(cells / 2))
            let end = begin + Double(rounds) * model.seconds
            let pace = ModelPace(seen, isWhole: isWhole || rounds < 40, now: max(end, begin + 3))
            let rate = try #require(pace.rate)
            #expect(abs(rate * model.seconds / Double(model.slots) - 1) < 0.1, "\(rounds) rounds: \(rate)")
            #expect(pace.median == model.seconds)
        }
    }

    @Test func cellsThatEndOneAfterTheOtherAreMeasuredAsWell() throws {
        let seen = Array(spans(400, slots: 4, seconds: 2, spread: 0.5).prefix(200))
        let rate = try #require(ModelPace(seen, isWhole: false, now: begin + 201).rate)
        #expect(abs(rate - 2) < 0.1)
    }

    @Test func inTheFirstSecondsNothingIsSaid() {
        #expect(ModelPace([], isWhole: true, now: begin + 60).rate == nil)
        #expect(ModelPace(spans(4, slots: 4, seconds: 0.5), isWhole: true, now: begin + 1).rate == nil)
        #expect(ModelPace(spans(4, slots: 4, seconds: 0.5), isWhole: true, now: begin + 1).median == 0.5)
        #expect(ModelPace(spans(40, slots: 40, seconds: 0.5), isWhole: true, now: begin + 1).rate == 80)
    }

    @Test func aModelThatHasGoneSilentIsSlower() throws {
        let seen = spans(40, slots: 4, seconds: 1)
        let rate = try #require(ModelPace(seen, isWhole: true, now: begin + 40).rate)
        #expect(rate == 1)
    }
}
