import Testing

/// Waits until something holds that other processes bring about; throws when that takes unreasonably long.
func eventually(_ what: String, within limit: Duration = .seconds(180), _ holds: () async throws -> Bool) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while try await !holds() {
        try #require(clock.now < deadline, "waited in vain until \(what)")
        try await Task.sleep(for: .milliseconds(20))
    }
}
