import Foundation
import Testing

@testable import NllmCore

@Suite struct RescueFileTests {
    private let scratch = ScratchFolder()
    private var folder: String { scratch.path }
    private var path: String { folder + "/batch.db.rescue-mark" }

    private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

    /// What a later process reads, or nil if it may not.
    private func found(_ path: String) -> [String]? {
        guard case .file(let file) = RescueFile.find(path) else { return nil }
        var lines = RescueLines(file)
        var found: [String] = []
        while let (line, _) = lines.next() { found.append(String(decoding: line, as: UTF8.self)) }
        return found
    }

    @Test func linesAreThereAfterTheirOwnerIsGoneAndNoSooner() throws {
        var file: RescueFile? = try RescueFile.create(path, mode: 0o640, capacity: 1 << 16)
        #expect(file?.append([line("one"), line("two")]) == 2)
        #expect(found(path) == nil)
        file = nil
        #expect(found(path) == ["one", "two"])
        let info = try FileManager.default.attributesOfItem(atPath: path)
        #expect(info[.posixPermissions] as? Int == 0o640)
        #expect(info[.size] as? Int == 1 << 16)
    }

    @Test func whatDoesNotFitIsNotWritten() throws {
        let file = try RescueFile.create(path, mode: 0o600, capacity: 10)
        #expect(file.append([line("12345"), line("1234"), line("1")]) == 1)
        #expect(file.append([line("123"), line("1")]) == 1)
        #expect(file.append([line("1")]) == 0)
    }

    @Test func aFileThatIsEmptiedHoldsWhatComesLater() throws {
        for capacity in [nil, 1 << 12] {
            var file: RescueFile? = try RescueFile.create(path, mode: 0o600, capacity: capacity)
            #expect(file?.append([line("a long line"), line("another")]) == 2)
            file?.empty()
            #expect(file?.append([line("new")]) == 1)
            file = nil
            #expect(found(path) == ["new"])
            unlink(path)
        }
    }

    /// Wherever a write was cut off, whole lines are read and nothing else.
    @Test func aTornLastLineIsPassedOver() throws {
        let whole = line("first") + line("second, and last")
        for end in 0...whole.count {
            for padding in [0, 100] {
                let torn = whole.prefix(end) + [UInt8](repeating: 0, count: padding)
                try Data(torn).write(to: URL(filePath: path))
                let lines = ["first", "second, and last"].prefix(whole.prefix(end).filter { $0 == 0x0A }.count)
                #expect(found(path) == Array(lines), "cut at \(end)")
            }
        }
    }

    @Test func linesThatAreTakenOutLeaveTheOthers() throws {
        try Data(line("one") + line("two") + line("three")).write(to: URL(filePath: path))
        guard case .file(let file) = RescueFile.find(path) else { throw CancellationError() }
        var lines = RescueLines(file)
        var places: [Range<Int>] = []
        while let (_, place) = lines.next() { places.append(place) }
        file.blank(places[1])
        #expect(RescueLines(file).texts == ["one", "three"])
        file.blank(places[0])
        #expect(RescueLines(file).texts == ["three"])
    }

    /// A line may be longer than what is read at a time, and lie across its borders.
    @Test func longLinesAreReadWhole() throws {
        let texts = [3 << 20, 1 << 20, (1 << 20) - 1, 7].map { String(repeating: "x", count: $0) }
        try Data(texts.flatMap(line)).write(to: URL(filePath: path))
        #expect(found(path) == texts)
    }

    @Test func onlyARegularFileOfThisUserIsTaken() throws {
        try Data(line("one")).write(to: URL(filePath: folder + "/file"))
        symlink(folder + "/file", folder + "/link")
        #expect(found(folder + "/link") == nil)
        link(folder + "/file", folder + "/second-name")
        #expect(found(folder + "/file") == nil)
        mkfifo(folder + "/fifo", 0o600)
        #expect(found(folder + "/fifo") == nil)
        #expect(found(folder) == nil)
        #expect(found(folder + "/none") == nil)
        #expect(throws: FileError.self) { try RescueFile.create(folder + "/file", mode: 0o600) }
        #expect(throws: FileError.self) { try RescueFile.create(folder + "/link", mode: 0o600) }
    }

    /// Otherwise lines would go with a file that was removed.
    @Test func aFileThatWasRemovedOrReplacedTakesNothing() throws {
        let file = try RescueFile.create(path, mode: 0o600)
        #expect(file.append([line("one")]) == 1)
        unlink(path)
        #expect(file.append([line("two")]) == 0)
        try Data("another".utf8).write(to: URL(filePath: path))
        #expect(file.append([line("two")]) == 0)
        file.remove()
        #expect(FileManager.default.fileExists(atPath: path))
    }
}

extension RescueLines {
    fileprivate var texts: [String] {
        var copy = self
        var found: [String] = []
        while let (line, _) = copy.next() { found.append(String(decoding: line, as: UTF8.self)) }
        return found
    }
}
