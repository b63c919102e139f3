internal import FoundationEssentials

/// What a bridge reports.
enum BridgeEvent: Sendable {
    /// It is ready for requests.
    case ready(BridgeDescription)
    /// It cannot be used.
    case unusable(reason: String, log: LogFlaw?)
    /// The request can be made now.
    case started(id: Int)
    case output(id: Int, OutputChannel, [UInt8])
    /// The end of a request, with the output that was not sent before.
    case ended(id: Int, BridgeEnd)

    /// Reads a line; nil if it is not an event.
    init?(line: ArraySlice<UInt8>) {
        // Leniently, because a request whose event is not understood never ends.
        let parsed = line.withUnsafeBufferPointer { bytes in
            var parser = JSONParser(bytes, leniently: true)
            return parser.value(at: 0)
        }
        guard let json = parsed, let event = json["event"]?.stringValue else { return nil }
        let id = json["id"]?.intValue
        switch (event, id) {
        case ("ready", _):
            guard let description = BridgeDescription(json) else { return nil }
            self = .ready(description)
        case ("unusable", _):
            let reason = json["reason"]?.stringValue ?? "it does not say why"
            self = .unusable(reason: reason, log: json["log"].flatMap(LogFlaw.init))
        case ("started", let id?): self = .started(id: id)
        case ("output", let id?):
            let channel: OutputChannel = json["channel"]?.stringValue == "stderr" ? .stderr : .stdout
            self = .output(id: id, channel, Self.bytes(json, text: "text", base64: "base64"))
        case ("ended", let id?): self = .ended(id: id, BridgeEnd(json))
        case ("bad_request", let id?):
            let message = json["message"]?.stringValue ?? "no reason"
            self = .ended(id: id, BridgeEnd(end: .exited(code: 1), stderr: Array("Error: \(message)\n".utf8)))
        default: return nil
        }
    }

    /// The bytes of a text, which are in another field if they are not UTF-8.
    fileprivate static func bytes(_ json: JSONValue, text: String, base64: String) -> [UInt8] {
        if let text = json[text]?.stringValue { return Array(text.utf8) }
        return json[base64]?.stringValue.flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? []
    }
}

/// A bridge's description of itself.
struct BridgeDescription: Sendable, Equatable {
    /// The version of the protocol used here.
    static let protocolVersion = 1

    var python: String
    var executable: String
    var llm: String
    /// The plugins' names with their versions.
    var plugins: [String]
    /// The file of llm's log, which is up to date.
    var log: String
    /// The new path of a broken log, if there was one.
    var movedLog: String?
    var missingKeys: [MissingKey]

    /// Nil if it uses another version of the protocol.
    fileprivate init?(_ json: JSONValue) {
        guard json["protocol"]?.intValue == Self.protocolVersion, let python = json["python"]?.stringValue,
            let executable = json["executable"]?.stringValue, let llm = json["llm"]?.stringValue,
            let log = json["log"]?.stringValue, case .object(let plugins)? = json["plugins"]
        else { return nil }
        (self.python, self.executable, self.llm, self.log) = (python, executable, llm, log)
        movedLog = json["moved"]?.stringValue
        missingKeys = if case .array(let keys)? = json["missing_keys"] { keys.compactMap(MissingKey.init) } else { [] }
        self.plugins = plugins.map { "\($0.name) \($0.value.stringValue ?? "")".trimmingSuffix(" ") }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}

/// How a request ended.
struct BridgeEnd: Sendable {
    var end: Execution.End
    var stdout: [UInt8] = []
    var stderr: [UInt8] = []
    var error: ProviderError?
    var finish: FinishReason?
    var served = ServedAnswer()
    var usage: Usage?
    var resources: Execution.Resources?
    var isFlooded = false
    /// The number of bytes on standard output at the end of each turn but the last that was begun.
    var turnEnds: [Int] = []
    /// What the server sent in place of a model's answer.
    var foreignAnswer: String?
}

extension BridgeEnd {
    fileprivate init(_ json: JSONValue) {
        if let reason = json["not_started"]?.stringValue {
            end = .notStarted(reason: reason)
        } else if let signal = json["signal"]?.intValue {
            end = .signaled(Int32(clamping: signal))
        } else {
            end = .exited(code: Int32(clamping: json["code"]?.intValue ?? 1))
        }
        stdout = BridgeEvent.bytes(json, text: "stdout", base64: "stdout_base64")
        stderr = BridgeEvent.bytes(json, text: "stderr", base64: "stderr_base64")
        error = json["error"].flatMap(ProviderError.init)
        switch json["finish_reason"] {
        case .string(let name): finish = .named(name)
        case .null: finish = .missing
        default: break
        }
        served = ServedAnswer(
            model: json["served"]?["model"]?.stringValue, fingerprint: json["served"]?["fingerprint"]?.stringValue,
            finishReason: json["finish_reason"]?.stringValue)
        if case .array(let steps)? = json["usage"] { usage = Usage(steps: steps.map { Usage($0) }) }
        if let cpu = json["cpu_ms"]?.doubleValue, let memory = json["peak_memory_kb"]?.intValue {
            resources = .init(cpuMilliseconds: Int(cpu.rounded()), peakMemoryKilobytes: memory)
        }
        if case .array(let ends)? = json["turns"] { turnEnds = ends.compactMap(\.intValue) }
        isFlooded = json["flooded"] == .bool(true)
        foreignAnswer = json["foreign"]?.stringValue
    }
}

extension Usage {
    /// The tokens of a step; what is missing, or is not a number of tokens, is not known.
    fileprivate init(_ json: JSONValue) {
        func count(_ name: String) -> Int? {
            json[name]?.intValue.flatMap { Self.counts.contains($0) ? $0 : nil }
        }
        self.init()
        (input, output) = (count("input"), count("output"))
        // llm prints none that are empty.
        if case .object(let members)? = json["details"], !members.isEmpty { details = json["details"] }
    }
}

extension LogFlaw {
    /// Nil if the value does not describe a flaw.
    fileprivate init?(_ json: JSONValue) {
        guard let path = json["path"]?.stringValue, let detail = json["detail"]?.stringValue else { return nil }
        self.init(path: path, detail: detail, isFixable: json["fixable"] == .bool(true))
    }
}

extension ProviderError {
    /// Nil if the value does not describe an error.
    fileprivate init?(_ json: JSONValue) {
        guard let name = json["class"]?.stringValue else { return nil }
        self.init(
            name: name, bases: json["bases"]?.stringValues ?? [], httpStatus: json["http_status"]?.intValue,
            code: json["code"]?.stringValue, type: json["type"]?.stringValue,
            retryAfter: json["retry_after"]?.doubleValue)
    }
}
