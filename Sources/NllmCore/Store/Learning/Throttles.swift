internal import FoundationEssentials

extension Store {
    /// What was learned of a model; nil if there is nothing yet.
    func throttle(of model: String) throws -> Throttle? {
        try database.row("SELECT * FROM throttles WHERE model = ?", model, read: Throttle.init)
    }

    func save(_ throttle: Throttle, of model: String) throws {
        try database.run(
            """
            INSERT OR REPLACE INTO throttles (model, allowed, peak, depth, cut_at, round_trip, sent_since, sent,
                sent_before, pace_peak, pace_cut_at, pace_span, level, filled_at, held_until, held_because, active_at,
                refused_since)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            model, throttle.allowed, throttle.cut?.peak, throttle.cut?.depth, throttle.cut?.at.timeIntervalSince1970,
            throttle.roundTrip, throttle.sent.since.timeIntervalSince1970, throttle.sent.count, throttle.sent.before,
            throttle.pace?.peak, throttle.pace?.cutAt.timeIntervalSince1970, throttle.pace?.span,
            throttle.bucket.level, throttle.bucket.filledAt.timeIntervalSince1970,
            throttle.hold?.until.timeIntervalSince1970, throttle.hold?.because,
            throttle.activeAt.timeIntervalSince1970, throttle.refusedSince?.timeIntervalSince1970)
    }
}

extension Throttle {
    fileprivate init(_ row: Statement) throws {
        self.init(now: try row.date("active_at"))
        allowed = try row.double("allowed")
        if let at = try row.optionalDate("cut_at") {
            cut = Cut(peak: try row.double("peak"), depth: try row.double("depth"), at: at)
        }
        roundTrip = try row.optionalDouble("round_trip")
        sent = SentRate(
            since: try row.date("sent_since"), count: try row.int("sent"), before: try row.int("sent_before"))
        if let at = try row.optionalDate("pace_cut_at") {
            pace = Pace(peak: try row.double("pace_peak"), cutAt: at, span: try row.double("pace_span"))
        }
        bucket = TokenBucket(level: try row.double("level"), filledAt: try row.date("filled_at"))
        if let until = try row.optionalDate("held_until") {
            hold = Hold(until: until, because: try row.text("held_because"))
        }
        refusedSince = try row.optionalDate("refused_since")
    }
}

extension Statement {
    func double(_ name: String) throws(DatabaseError) -> Double { try optionalDouble(name) ?? 0 }

    /// A time in seconds since 1970.
    func date(_ name: String) throws(DatabaseError) -> Date { Date(timeIntervalSince1970: try double(name)) }

    func optionalDate(_ name: String) throws(DatabaseError) -> Date? {
        try optionalDouble(name).map(Date.init(timeIntervalSince1970:))
    }
}
