import FoundationEssentials
import Testing

@testable import NllmCore

/// Suites of the fixtures with slips in their files: whatever is wrong, it is said in words, with a file.
@Suite struct SuiteMutationTests {
    private static let slips = [
        "[", "]", "{", "}", ":", "\n", " ", "- ", "&a ", "*a", "<<: ", "null", "'", "\"", "{{", "}}", "{%", "file://",
        "$ref", "0", "-1", "1e999", "true", "|", "\t", "assert-set", "not-", "\u{FEFF}", "é",
    ]

    private static func slip(into bytes: inout [UInt8], _ random: inout SplitMix64) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 5))
        default: bytes.insert(contentsOf: slips.randomElement(using: &random)?.utf8 ?? "".utf8, at: place)
        }
        if bytes.isEmpty { bytes = [0] }
    }

    @Test(arguments: SuiteFixture.all)
    func aSlipIsReportedOrMeansSomething(fixture: SuiteFixture) throws {
        let folder = try SuiteFolder()
        let copy = folder.path + "/suite"
        try FileManager.default.copyItem(atPath: SuiteFixture.folder + "/" + fixture.name, toPath: copy)
        let files = try FileManager.default.subpathsOfDirectory(atPath: copy).sorted()
            .filter { AbsolutePath.ending($0) != "" && $0 != "expected.json" }
        var random = SplitMix64(seed: UInt64(fixture.name.utf8.count))
        for file in (0..<5).flatMap({ _ in files }) {
            let url = URL(filePath: copy + "/" + file)
            let data = try Data(contentsOf: url)
            var bytes = Array(data)
            for _ in 0...2 { Self.slip(into: &bytes, &random) }
            try Data(bytes).write(to: url)
            do throws(NllmError) {
                _ = try NllmCore.Suite.read(
                    path: copy + "/promptfooconfig.yaml", allowsCommands: true, catalogue: SuiteFixture.catalogue)
            } catch {
                let problems: [InputProblem]
                switch error {
                case .badInput(let found, _), .badConfiguration(let found, _): problems = found
                default: problems = []
                }
                #expect(!problems.isEmpty, "\(error)")
                #expect(problems.allSatisfy { $0.file.hasPrefix(copy) && !$0.message.isEmpty }, "\(error)")
            }
            try data.write(to: url)
        }
    }
}
