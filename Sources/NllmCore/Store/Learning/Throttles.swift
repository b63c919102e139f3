internal import FoundationEssentials

extension Store {
    /// What was learned about a model; nil if nothing yet.
    func throttle(of model: String) throws -> Throttle? {
        try database.row("SELECT * FROM throttles WHERE model = ?", model, read: Throttle.init)
    }

    /// What was learned about these models.
    func throttles(of models: Set<String>) throws -> [String: Throttle] {
        var throttles: [String: Throttle] = [:]
        // There are few, so that reading them all takes less time than finding each.
        try database.forEachRow("SELECT * FROM throttles") { row in
            let model = try row.text("model")
            if models.contains(model) { throttles[model] = try Throttle(row) }
        }
        return throttles
    }

    func save(_ throttle: Throttle, of model: String) throws {
        try database.run(
            """
            INSERT OR REPLACE INTO throttles (model, allowed, peak, depth, cut_at, round_trip, sent_since, sent,
                sent_before, pace_peak, pace_cut_at, pace_span, level, filled_at, held_until, held_because, active_at,
                refused_since)
            VALUES (:model, :allowed, :peak, :depth, :cut_at, :round_trip, :sent_since, :sent, :sent_before, :pace_peak,
                :pace_cut_at, :pace_span, :level, :filled_at, :held_until, :held_because, :active_at, :refused_since)
            """,
            named: [
                "model": model, "allowed": throttle.allowed, "peak": throttle.cut?.peak, "depth": throttle.cut?.depth,
                "cut_at": throttle.cut?.at.timeIntervalSince1970, "round_trip": throttle.roundTrip,
                "sent_since": throttle.sent.since.timeIntervalSince1970, "sent": throttle.sent.count,
                "sent_before": throttle.sent.before, "pace_peak": throttle.pace?.peak,
                "pace_cut_at": throttle.pace?.cutAt.timeIntervalSince1970, "pace_span": throttle.pace?.span,
                "level": throttle.bucket.level, "filled_at": throttle.bucket.filledAt.timeIntervalSince1970,
                "held_until": throttle.hold?.until.timeIntervalSince1970, "held_because": throttle.hold?.because,
                "active_at": throttle.activeAt.timeIntervalSince1970,
                "refused_since": throttle.refusedSince?.timeIntervalSince1970,
            ])
    }
}

extension Throttle {
    fileprivate init(_ row: any Row) throws {
        self.init(now: try row.instant("active_at"))
        allowed = try row.double("allowed")
        if let at = try row.optionalInstant("cut_at") {
            cut = Cut(peak: try row.double("peak"), depth: try row.double("depth"), at: at)
        }
        roundTrip = try row.optionalDouble("round_trip")
        sent = SentRate(
            since: try row.instant("sent_since"), count: try row.int("sent"), before: try row.int("sent_before"))
        if let at = try row.optionalInstant("pace_cut_at") {
            pace = Pace(peak: try row.double("pace_peak"), cutAt: at, span: try row.double("pace_span"))
        }
        bucket = TokenBucket(level: try row.double("level"), filledAt: try row.instant("filled_at"))
        if let until = try row.optionalInstant("held_until") {
            hold = Hold(until: until, because: try row.text("held_because"))
        }
        refusedSince = try row.optionalInstant("refused_since")
    }
}

extension Row {
    /// A time that is stored in seconds since 1970, because milliseconds are too coarse for rates.
    func instant(_ name: String) throws -> Date { Date(timeIntervalSince1970: try double(name)) }

    func optionalInstant(_ name: String) throws -> Date? {
        try optionalDouble(name).map(Date.init(timeIntervalSince1970:))
    }
}
