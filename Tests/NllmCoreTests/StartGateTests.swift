import Testing

@testable import NllmCore

@Suite struct StartGateTests {
    @Test func aPlaceThatIsLeftGoesToWhoWaitsLongest() async {
        let gate = StartGate(permits: 1)
        #expect(await gate.enter())
        async let second = gate.enter()
        await gate.leave()
        #expect(await second)
        await gate.leave()
        #expect(await gate.enter())
    }

    @Test func aClosedGateLetsNobodyInWhoeverWaits() async {
        let gate = StartGate(permits: 0)
        async let waiting = gate.enter()
        await gate.close()
        #expect(await waiting == false)
        #expect(await gate.enter() == false)
    }

    @Test func aPermitIsGivenBackOnce() async {
        let gate = StartGate(permits: 1)
        #expect(await gate.enter())
        let permit = StartPermit(gate) {}
        await permit.giveBack()
        await permit.giveBack()
        #expect(await gate.enter())
        // Had it been given back twice, there would be room for another one; so this one waits until the gate closes.
        async let another = gate.enter()
        await gate.close()
        #expect(await another == false)
    }
}
