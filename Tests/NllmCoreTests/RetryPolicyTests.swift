import Foundation
import Testing

@testable import NllmCore

@Suite struct RetryPolicyTests {
    private let now = Date(timeIntervalSince1970: 1_000_000)

    private func wait(
        _ kind: FailureKind, tries: Int, crashes: Int = 0, retries: Int = 3, retryAfter: Double? = nil,
        jitter: Double = 1
    ) -> Double? {
        RetryPolicy().nextTry(
            after: Failure(kind: kind, message: "", retryAfter: retryAfter), tries: tries, crashes: crashes,
            retries: retries, now: now, jitter: jitter
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
        #expect(wait(.crashed, tries: 2, crashes: 1) == nil)
        // A crash after another kind of failure is still the first one.
        #expect(wait(.crashed, tries: 2, crashes: 0) != nil)
        #expect(wait(.crashed, tries: 1, retries: 0) == nil)
    }

    @Test func aRateLimitWaitsForWhatTheProviderAskedAndNeverLess() {
        #expect(wait(.rateLimited, tries: 1, retryAfter: 20, jitter: 0) == 20)
        #expect(wait(.rateLimited, tries: 1, retryAfter: 20, jitter: 1) == 22)
        #expect(wait(.rateLimited, tries: 1) == 1)
    }
}
