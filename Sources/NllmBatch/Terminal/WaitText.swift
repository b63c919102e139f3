import FoundationEssentials
import NllmCore

extension Wait {
    /// Why cells do not start and when the next one may, for people; appended to the model's label and a colon.
    func text(now: Date = Date()) -> String { line(now: now).text }

    /// The same between other words.
    func line(_ before: String = "", after: String = "", now: Date = Date()) -> ReportLine {
        ReportLine(before + what, message: message, after: next(now) + after)
    }

    private func next(_ now: Date) -> String {
        guard let until, until.timeIntervalSince(now) >= 1 else { return "" }
        return "; next at \(Timestamp.clock(until, now: now)) (in \(Format.duration(until.timeIntervalSince(now))))"
    }

    /// What the provider has said, if it has; it stands behind the words.
    private var message: String {
        switch reason {
        case .provider(let message): message
        case .pause(let pause): pause.message.oneLine
        default: ""
        }
    }

    private var what: String {
        switch reason {
        case .worker: "waiting for a worker; none is running"
        case .starting: "waiting for a worker that is starting"
        case .price: "no known price, but the cost is limited"
        case .run: "paused; continue with `nllm-batch resume`"
        case .place: "waiting for a free slot (concurrency limit reached)"
        case .limit(let limit): limit.text
        case .adapting(let cells): "waiting for an answer; the provider accepts about \(cells) at a time"
        case .pace(let perSecond): "limited to the provider's pace, about \(Format.rate(perSecond))"
        case .provider: "the provider asked to wait: "
        case .pause(let pause): pause.words
        case .firstAnswer: "waiting for the model's first answer"
        case .cost(let spent, let next, let budget):
            "budget reached: \(Format.dollars(spent)) of \(Format.dollars(budget)) spent or reserved; the next cell may "
                + "cost \(Format.dollars(next))"
        case .tokens(let spent, let next, let budget):
            "budget reached: \(spent) of \(budget) tokens spent or reserved; the next cell may take \(next)"
        case .retry: "waiting to retry failed cells"
        }
    }

    /// The same in a few words, for a table.
    func short(now: Date = Date()) -> String {
        guard let until, until > now else { return keyword }
        return "\(keyword), \(Format.duration(until.timeIntervalSince(now)))"
    }

    private var keyword: String {
        switch reason {
        case .worker, .starting: "worker"
        case .price: "no price"
        case .run: "paused"
        case .place: "free slot"
        case .limit: "limit"
        case .adapting, .pace: "pace"
        case .provider: "rate limit"
        case .pause(let pause): "blocked: \(pause.kind.rawValue)"
        case .firstAnswer: "first answer"
        case .cost, .tokens: "budget"
        case .retry: "retry"
        }
    }

    /// The same for programs.
    var json: JSONValue {
        .object([
            .init("for", .string(reason.name)), .init("message", .string(what + message)),
            .init("until", .optional(until.map(Timestamp.utc))),
        ])
    }
}

extension Limit {
    fileprivate var text: String {
        let scope = name == Limit.ofAllModels ? " across all models" : ""
        func count(_ noun: String) -> String {
            amount == amount.rounded() ? Format.count(Int(amount), noun) : "\(amount) \(noun)s"
        }
        return switch kind {
        case .concurrency: "limited to \(count("cell")) at a time\(scope)"
        case .requests: "limited to \(count("request"))/min\(scope)"
        case .tokens: "limited to \(count("token"))/min\(scope)"
        }
    }
}

extension ModelPause {
    /// Why the model is paused, for people.
    var text: String { words + message.oneLine }

    /// The same without the provider's message, which follows.
    fileprivate var words: String {
        let reason = kind.isRefusal ? "" : " after repeated \(kind.rawValue) failures"
        return "paused\(reason): "
    }
}

extension CellsLeft {
    /// What was left undone and why, and what to do, for people.
    func line(_ indent: String, hint: String) -> ReportLine {
        let remedy =
            switch wait.reason {
            case .pause(let pause) where pause.kind.isRefusal: "; later: nllm-batch work \(run)\(hint)"
            case .pause: "; fix that, then: nllm-batch work \(run)\(hint)"
            case .price: "; add it under `costs` and enqueue again"
            case .provider: "; later: nllm-batch work \(run)\(hint)"
            case .cost, .tokens: "; with a larger budget, continue with: nllm-batch work \(run)\(hint)"
            default: ""
            }
        return wait.line("\(indent)\(model): \(Format.count(cells, "cell")) left, ", after: remedy)
    }
}
