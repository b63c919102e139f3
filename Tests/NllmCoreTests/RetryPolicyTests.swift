import Foundation
import Testing

@testable import NllmCore

@Suite struct RetryPolicyTests {
    private let now = Date(timeIntervalSince1970: 1_000_000)

    private func wait(
        _ kind: FailureKind, tries: Int, history: [Failure] = [], retries: Int = 3, retryAfter: Double? = nil,
        status: Int? = nil, jitter: Double = 1
    ) -> Double? {
        RetryPolicy().nextTry(
            after: Failure(kind: kind, message: "no", httpStatus: status, retryAfter: retryAfter), tries: tries,
            history: history, retries: retries, now: now, jitter: jitter
        )?.timeIntervalSince(now)
    }

    @Test func backoffDoublesUpToAMinuteAndIsJitteredInFull() {
        let longest = (1...10).map { wait(.server, tries: $0, retries: 100) }
        #expect(longest == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60])
        #expect(wait(.server, tries: 3, jitter: 0) == 0)
        #expect(wait(.server, tries: 3, jitter: 0.5) == 2)
    }

    @Test(arguments: [FailureKind.rateLimited, .overloaded, .server, .network, .locked, .timeout])
    func passingFailuresAreRetriedAsOftenAsAllowed(kind: FailureKind) {
        #expect(wait(kind, tries: 3) != nil)
        #expect(wait(kind, tries: 4) == nil)
        #expect(wait(kind, tries: 1, retries: 0) == nil)
    }

    @Test(arguments: [FailureKind.quota, .auth, .modelUnknown, .request, .truncated, .filtered, .empty])
    func lastingFailuresAreNotRetried(kind: FailureKind) {
        #expect(wait(kind, tries: 1) == nil)
    }

    @Test func aCrashIsRetriedOnce() {
        #expect(wait(.crashed, tries: 1) != nil)
        #expect(wait(.crashed, tries: 2, history: [Failure(kind: .crashed, message: "")]) == nil)
        // A crash after another kind of failure is still the first one.
        #expect(wait(.crashed, tries: 2, history: [Failure(kind: .server, message: "")]) != nil)
        #expect(wait(.crashed, tries: 1, retries: 0) == nil)
    }

    @Test func theSameWordsThreeTimesEndACellUnlessTheProviderIsBusy() {
        func same(_ kind: FailureKind, _ status: Int?, times: Int, words: String = "no") -> [Failure] {
            Array(repeating: Failure(kind: kind, message: words, httpStatus: status), count: times)
        }
        #expect(wait(.server, tries: 3, history: same(.server, nil, times: 2), retries: 10) == nil)
        #expect(wait(.server, tries: 3, history: same(.server, 500, times: 2), retries: 10, status: 500) == nil)
        #expect(wait(.server, tries: 2, history: same(.server, nil, times: 1), retries: 10) != nil)
        #expect(wait(.server, tries: 3, history: same(.server, nil, times: 2, words: "other"), retries: 10) != nil)
        let interrupted = same(.server, nil, times: 1) + same(.network, nil, times: 1) + same(.server, nil, times: 1)
        #expect(wait(.server, tries: 4, history: interrupted, retries: 10) != nil)
        #expect(wait(.server, tries: 3, history: same(.server, 502, times: 2), retries: 10, status: 502) != nil)
        #expect(wait(.overloaded, tries: 9, history: same(.overloaded, 503, times: 8), retries: 10, status: 503) != nil)
        #expect(wait(.rateLimited, tries: 9, history: same(.rateLimited, 429, times: 8), retries: 10) != nil)
        #expect(wait(.timeout, tries: 9, history: same(.timeout, nil, times: 8), retries: 10) != nil)
    }

    @Test func aRateLimitWaitsForWhatTheProviderAskedAndNeverLess() {
        #expect(wait(.rateLimited, tries: 1, retryAfter: 20, jitter: 0) == 20)
        #expect(wait(.rateLimited, tries: 1, retryAfter: 20, jitter: 1) == 22)
        #expect(wait(.rateLimited, tries: 1) == 1)
    }
}
