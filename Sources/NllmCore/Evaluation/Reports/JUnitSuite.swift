/// A test suite of a ``JUnitReport``.
struct JUnitSuite {
    /// What a test case came to.
    enum Outcome {
        case passed
        case failure(type: String, message: String, text: String)
        case error(type: String, message: String, text: String)
        case skipped(message: String)
    }

    /// A test case.
    struct Case {
        var name: String
        var seconds: Double?
        var outcome: Outcome
    }

    /// How many test cases there are, and how long they took.
    struct Counts {
        var tests = 0
        var failures = 0
        var errors = 0
        var skipped = 0
        var milliseconds = 0

        static func + (first: Counts, second: Counts) -> Counts {
            Counts(
                tests: first.tests + second.tests, failures: first.failures + second.failures,
                errors: first.errors + second.errors, skipped: first.skipped + second.skipped,
                milliseconds: first.milliseconds + second.milliseconds)
        }

        /// The attributes that `testsuites` and `testsuite` share: the schema does not allow `skipped` in the former.
        var attributes: String {
            "tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\" time=\"\(JUnitSuite.time(milliseconds))\""
        }
    }

    let name: String
    /// Names and values; empty values are left out.
    var properties: [(String, String)] = []
    /// Lines of text behind the test cases.
    var output: [String] = []
    private(set) var counts = Counts()
    private var cases: [UInt8] = []

    init(name: String, properties: [(String, String)] = [], output: [String] = []) {
        self.name = name
        self.properties = properties
        self.output = output
    }

    mutating func add(_ testCase: Case) {
        counts.tests += 1
        var attributes = "name=\"\(XMLText.escape(testCase.name))\" classname=\"\(XMLText.escape(name.oneLine))\""
        if let seconds = testCase.seconds, let milliseconds = Self.milliseconds(seconds) {
            counts.milliseconds += milliseconds
            attributes += " time=\"\(Self.time(milliseconds))\""
        }
        let element: String?
        switch testCase.outcome {
        case .passed: element = nil
        case .failure(let type, let message, let text):
            counts.failures += 1
            element = Self.element("failure", type, message, text)
        case .error(let type, let message, let text):
            counts.errors += 1
            element = Self.element("error", type, message, text)
        case .skipped(let message):
            counts.skipped += 1
            element = "<skipped message=\"\(XMLText.escape(message.oneLine))\"/>"
        }
        let content = element.map { ">\n      \($0)\n    </testcase>\n" } ?? "/>\n"
        cases += "    <testcase \(attributes)\(content)".utf8
    }

    private static func element(_ name: String, _ type: String, _ message: String, _ text: String) -> String {
        "<\(name) type=\"\(XMLText.escape(type))\" message=\"\(XMLText.escape(message.oneLine))\">"
            + "\(XMLText.escape(text))</\(name)>"
    }

    /// Whole milliseconds; nil for what is no duration of a cell.
    private static func milliseconds(_ seconds: Double) -> Int? {
        (0...1e9).contains(seconds) ? Int((seconds * 1000).rounded()) : nil
    }

    /// Seconds with three decimals.
    static func time(_ milliseconds: Int) -> String { "\(milliseconds / 1000).\((milliseconds % 1000).digits(3))" }

    /// Writes the suite in pieces of UTF-8, with a time in ISO 8601.
    func write(timestamp: String, _ write: ([UInt8]) throws -> Void) rethrows {
        var head = "  <testsuite name=\"\(XMLText.escape(name.oneLine))\" \(counts.attributes) "
        head += "skipped=\"\(counts.skipped)\" timestamp=\"\(timestamp)\">\n"
        let properties = properties.filter { !$0.1.isEmpty }.map { name, value in
            "      <property name=\"\(XMLText.escape(name))\" value=\"\(XMLText.escape(value.oneLine))\"/>\n"
        }
        if !properties.isEmpty { head += "    <properties>\n\(properties.joined())    </properties>\n" }
        try write(Array(head.utf8))
        try write(cases)
        let lines = output.map(\.oneLine).joined(separator: "\n")
        let rest = lines.isEmpty ? "" : "    <system-out>\(XMLText.escape(lines))</system-out>\n"
        try write(Array((rest + "  </testsuite>\n").utf8))
    }
}
