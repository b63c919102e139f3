import FoundationEssentials
import NllmCore

extension Wait {
    /// What is waited for and until when, for people; it follows "waits for".
    func text(now: Date = Date()) -> String {
        guard let until else { return what }
        let seconds = max(0, until.timeIntervalSince(now))
        return seconds < 1 ? what : "\(what), until \(Timestamp.clock(until, now: now)) (\(Format.duration(seconds)))"
    }

    private var what: String {
        switch reason {
        case .worker: "a worker; none is running"
        case .starting: "a worker that gets ready"
        case .price: "a price; none is known, and there is a budget"
        case .run: "`nllm-batch resume`; the run is paused"
        case .place: "a free place; all cells at a time are in use"
        case .limit(let limit): limit.text
        case .adapting(let cells): "an answer; the provider takes about \(cells) at a time"
        case .pace(let perSecond): "the provider's pace, about \(Format.rate(perSecond))"
        case .provider(let message): "the provider, which asked for it: \(message)"
        case .pause(let pause): "a remedy; \(pause.text)"
        case .firstAnswer: "the model's first answer"
        case .cost(let spent, let next, let budget):
            "budget; \(Format.dollars(spent)) of \(Format.dollars(budget)) are spent or reserved, and the next cell may "
                + "take \(Format.dollars(next))"
        case .tokens(let spent, let next, let budget):
            "budget; \(spent) of \(budget) tokens are spent or reserved, and the next cell may take \(next)"
        case .retry: "the next try of cells that failed"
        }
    }

    /// The same for programs.
    var json: JSONValue {
        .object([
            .init("for", .string(name)), .init("message", .string(what)),
            .init("until", .optional(until.map(Timestamp.utc))),
        ])
    }

    private var name: String {
        switch reason {
        case .worker: "worker"
        case .starting: "start"
        case .price: "price"
        case .run: "resume"
        case .place: "concurrency"
        case .limit(let limit): limit.kind.rawValue
        case .adapting: "adaptive_concurrency"
        case .pace: "adaptive_rate"
        case .provider: "retry_after"
        case .pause(let pause): pause.kind.rawValue
        case .firstAnswer: "first_answer"
        case .cost: "max_cost"
        case .tokens: "max_tokens_total"
        case .retry: "retry"
        }
    }
}

extension Limit {
    fileprivate var text: String {
        let whose = name == Limit.ofAllModels ? "all models" : name
        func count(_ noun: String) -> String {
            amount == amount.rounded() ? Format.count(Int(amount), noun) : "\(amount) \(noun)s"
        }
        return switch kind {
        case .concurrency: "a free place; \(whose): \(count("cell")) at a time"
        case .requests: "\(count("request")) a minute of \(whose)"
        case .tokens: "\(count("token")) a minute of \(whose)"
        }
    }
}

extension ModelPause {
    /// Why the model is paused, for people.
    var text: String { "paused: \(kind.rawValue): \(message.oneLine)" }
}

extension CellsLeft {
    /// What was left undone and why, and what to do, for people.
    func text(hint: String) -> String {
        let remedy =
            switch wait.reason {
            case .pause(let pause) where pause.kind.isRefusal: "; later: nllm-batch work \(run)\(hint)"
            case .pause: "; mend that, then: nllm-batch work \(run)\(hint)"
            case .price: "; give it under `costs` and enqueue again"
            case .provider: "; later: nllm-batch work \(run)\(hint)"
            case .cost, .tokens: "; go on with a larger budget"
            default: ""
            }
        return "\(model): \(Format.count(cells, "cell")) left, \(reason)\(remedy)"
    }

    private var reason: String {
        switch wait.reason {
        case .pause(let pause): pause.text
        default: "waiting for \(wait.text())"
        }
    }
}
