import Foundation
import Testing

@testable import NllmCore

/// When a model counts as one that can't be used.
@Suite struct ModelHealthTests {
    private let now = Date(timeIntervalSince1970: 1_000_000)

    private func ended(_ health: inout ModelHealth, _ kind: FailureKind?, at seconds: Double) -> ModelHealth.Change? {
        let failure = kind.map { Failure(kind: $0, message: "no") }
        return health.ended(failure, startedAt: now + seconds, now: now + seconds + 0.5)
    }

    @Test(arguments: [FailureKind.quota, .auth, .modelUnknown])
    func threeInARowPauseIt(kind: FailureKind) {
        var health = ModelHealth()
        #expect([0, 1, 2, 3].map { ended(&health, kind, at: $0) } == [nil, nil, .paused, .stillPaused])
        #expect(health.pause == ModelPause(kind: kind, message: "no", at: now + 2.5))
    }

    @Test func anythingElseInBetweenBeginsANewRow() {
        var health = ModelHealth()
        let kinds: [FailureKind?] = [.auth, .quota, nil, .auth, .auth, .network, .auth, .auth]
        #expect(kinds.enumerated().allSatisfy { ended(&health, $1, at: Double($0)) == nil })
        #expect(health.inRow == 2)
    }

    @Test func cellsThatFailOnceMoreSayNothingNewOfTheModel() {
        var health = ModelHealth()
        let failure = Failure(kind: .auth, message: "403 for this prompt")
        for second in 0...9 {
            #expect(health.ended(failure, isFirst: false, startedAt: now + Double(second), now: now + 10) == nil)
        }
        #expect(health.pause == nil)
    }

    @Test func onlyAnAnswerThatWasAskedForAfterwardsMendsIt() {
        var health = ModelHealth()
        for second in 0...2 { _ = ended(&health, .auth, at: Double(second)) }
        #expect(ended(&health, nil, at: 1) == nil)
        #expect(health.pause != nil)
        #expect(ended(&health, nil, at: 3) == .recovered)
        #expect(health == ModelHealth())
    }

    @Test func aProbeCountsOnlyIfTheRequestWasRead() {
        var health = ModelHealth()
        for second in 0...2 { _ = ended(&health, .modelUnknown, at: Double(second)) }
        #expect(ended(&health, .server, at: 3) == nil)
        #expect(ended(&health, .rateLimited, at: 4) == nil)
        #expect(ended(&health, .auth, at: 5) == .stillPaused)
        #expect(health.pause != nil)
        #expect(ended(&health, .request, at: 6) == .recovered)
    }
}
