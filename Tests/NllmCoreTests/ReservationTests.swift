import Testing

@testable import NllmCore

/// What is set aside for a request before its cost is known.
@Suite struct ReservationTests {
    private let price = Price(inputPer1k: 1, outputPer1k: 2)

    private func request(_ prompt: String, options: [ModelOption] = [], arguments: [String] = []) -> LLMRequest {
        LLMRequest(model: "m", prompt: prompt, options: options, arguments: arguments, directory: "/")
    }

    @Test(arguments: ["max_tokens", "max_output_tokens", "max_completion_tokens", "num_predict"])
    func aCapOnTheAnswerBoundsIt(name: String) {
        let capped = request(String(repeating: "a", count: 68), options: [ModelOption(name: name, value: "50")])
        let reservation = Reservation(capped, price: price, history: .init(largestCost: 9, largestTokens: 9999))
        // A token a byte and a few around it, and the whole answer.
        #expect(reservation.tokens == 150)
        #expect(reservation.cost == 0.2)
        #expect(reservation.expected == 68 / 4 + 50 + 1)
    }

    @Test func eachTurnIsARequestWithAllThatWasSaidBefore() {
        var turns = request("", options: [ModelOption(name: "max_tokens", value: "50")])
        (turns.prompt, turns.turns) = (nil, [String(repeating: "a", count: 18), "b", "c"])
        let reservation = Reservation(turns, price: price, history: .init())
        #expect(reservation.requests == 3)
        // Three answers, of which the first is sent again twice and the second once.
        #expect(reservation.tokens == 3 * (20 + 32) + 3 * 50 + 3 * 50)
        #expect(reservation.raised(to: turns, price: price, answer: 1000).tokens == 3 * (20 + 32) + 2 * 1000 + 1000)
    }

    @Test func aCapBehindTheDashesCountsAndStandsAboveOthers() {
        let capped = request(
            "", options: [ModelOption(name: "max_tokens", value: "50")], arguments: ["-o", "max_tokens", "8"])
        #expect(Reservation(capped, price: nil, history: .init()).tokens >= 8)
        #expect(Reservation(capped, price: nil, history: .init()).tokens < 32 + 50)
    }

    @Test func withoutABoundTheLargestSeenIsReserved() {
        let history = Reservation.History(largestCost: 0.7, largestTokens: 900, averageOutput: 40)
        let free = Reservation(request("hello"), price: price, history: history)
        #expect(free.cost == 0.7)
        #expect(free.tokens == 900)
        #expect(free.expected == 1 + 40 + 1)
        // What is attached can't be measured, whatever the cap.
        let attached = request("hello", options: [ModelOption(name: "max_tokens", value: "5")], arguments: ["-f", "x"])
        #expect(Reservation(attached, price: price, history: history).cost == 0.7)
    }

    @Test func aBoundThatDidNotHoldIsTrustedNoMore() {
        let history = Reservation.History(largestCost: 0.7, largestTokens: 900, hasOverrun: true)
        let capped = request("hello", options: [ModelOption(name: "max_tokens", value: "5")])
        #expect(Reservation(capped, price: price, history: history).cost == 0.7)
    }

    @Test func theDearestKindOfInputIsReserved() {
        let dear = Price(base: .init(input: 1, output: 0, cachedInput: 0.1, cacheWrite: 1.25))
        let cost = Reservation(request(String(repeating: "a", count: 968)), price: dear, history: .init()).cost
        #expect(cost == 0.00125)
    }
}
