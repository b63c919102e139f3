import Foundation

@testable import NllmCore

/// The cases of Tests/Fixtures/statistics.json, which Tests/Support/statistics_reference.py computes with numpy and
/// scipy.
struct StatisticsFixture {
    /// The cases of one kind.
    let cases: [JSONValue]

    init(_ kind: String) throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: tests.appending(path: "Fixtures/statistics.json"))
        guard case .array(let cases)? = try JSONParser.parse([UInt8](data))[kind], !cases.isEmpty else {
            throw CocoaError(.fileReadCorruptFile)
        }
        self.cases = cases
    }
}

extension JSONValue {
    /// The number under a name; nil for null or no member of that name.
    func double(_ name: String) -> Double? { self[name]?.doubleValue }

    /// The whole number under a name; 0 if there is none.
    func int(_ name: String) -> Int { self[name]?.intValue ?? 0 }

    /// The elements of an array under a name.
    func elements(_ name: String) -> [JSONValue] {
        if case .array(let elements)? = self[name] { elements } else { [] }
    }

    /// The numbers of an array under a name.
    func doubles(_ name: String) -> [Double] { elements(name).compactMap(\.doubleValue) }
}

/// Whether two numbers are equal to 1e-9, relative to those above 1, or both missing.
func areEqual(_ first: Double?, _ second: Double?) -> Bool {
    guard let first, let second else { return first == nil && second == nil }
    return abs(first - second) <= 1e-9 * max(1, abs(second))
}
