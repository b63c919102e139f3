/// Text in Prometheus' exposition format: families of samples, in the order in which they were first named.
struct MetricsText {
    enum Kind: String {
        case gauge, counter, histogram
    }

    /// The name that all metrics begin with.
    private static let prefix = "nllm_batch_"
    /// How a text begins that is not empty.
    static let beginning = "# HELP \(prefix)"

    private var families: [(name: String, head: String)] = []
    private var samples: [String: String] = [:]

    /// Names a family; the name of a counter ends with `_total`.
    mutating func declare(_ name: String, _ kind: Kind, _ help: String) {
        let name = Self.prefix + name
        families.append((name, "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"))
    }

    /// Adds a sample to a family.
    ///
    /// - Parameters:
    ///   - name: the family.
    ///   - labels: names and values that tell it from others of the family.
    ///   - value: its value; nothing is added for nil.
    ///   - suffix: of a histogram, which of its series this is.
    mutating func add(_ name: String, _ labels: [(String, String)], _ value: Double?, suffix: String = "") {
        guard let value else { return }
        let pairs = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        samples[Self.prefix + name, default: ""] += "\(Self.prefix)\(name)\(suffix){\(pairs)} \(Self.text(value))\n"
    }

    /// The whole text; families without samples are left out.
    var text: String { families.compactMap { family in samples[family.name].map { family.head + $0 } }.joined() }

    private static func escaped(_ text: String) -> String {
        text.printableLines.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func text(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        return Int(exactly: value).map(String.init) ?? String(value)
    }
}
