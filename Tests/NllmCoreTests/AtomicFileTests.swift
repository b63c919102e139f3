import Foundation
import Testing

@testable import NllmCore

@Suite struct AtomicFileTests {
    private let scratch = ScratchFolder()
    private var folder: String { scratch.path }

    /// What stands at a place before a file is brought up to date there.
    enum Before: CaseIterable {
        case nothing, same, other, longer, link
    }

    @Test(arguments: Before.allCases) func aFileIsReplacedUnlessItHoldsJustTheSame(before: Before) throws {
        let path = folder + "/result.json"
        let new = Array("new".utf8)
        switch before {
        case .nothing: break
        case .same: try Data(new).write(to: URL(filePath: path))
        case .other: try Data("old".utf8).write(to: URL(filePath: path))
        case .longer: try Data("newer".utf8).write(to: URL(filePath: path))
        case .link:
            try Data(new).write(to: URL(filePath: folder + "/elsewhere"))
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder + "/elsewhere")
        }
        let longAgo = Date(timeIntervalSince1970: 1_000_000)
        if before != .nothing {
            try FileManager.default.setAttributes([.modificationDate: longAgo], ofItemAtPath: path)
        }
        if !AtomicFile.holds(new, at: path) { try AtomicFile.write(new, to: path) }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(new))
        let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        #expect((date == longAgo) == (before == .same))
        let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(left == (before == .link ? ["elsewhere", "result.json"] : ["result.json"]))
    }
}
