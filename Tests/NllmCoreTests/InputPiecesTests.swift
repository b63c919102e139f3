import Foundation
import Testing

@testable import NllmCore

/// Text is read the same wherever the pieces in which it arrives are cut.
@Suite struct InputPiecesTests {
    /// Calls `body` with a text's input in pieces of each size.
    private func forEachSize(_ content: Data, _ body: (TextInput, Int) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.path + "/nllm-pieces-" + UUID().uuidString
        try content.write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        for size in 1...9 { try body(TextInput(try FileReader(path: path, pieceSize: size)), size) }
    }

    private static let table = "a,\"b \"\"c\"\"\",\r\n\"x\r\ny\"\r\"\"\"\",\"\" ,z\n\n,"
    private static let rows = [
        ["1", "a", "b \"c\"", ""], ["2", "x\r\ny"], ["4", "\"", "", "z"], ["5", ""], ["6", "", ""],
    ]

    @Test func delimitedText() throws {
        try forEachSize(Data(Self.table.utf8)) { input, size in
            var text = DelimitedText(input, delimiter: UInt8(ascii: ","))
            var rows: [[String]] = []
            while let row = try text.next() {
                rows.append([String(row.line)] + row.cells.map { String(decoding: row.text($0), as: UTF8.self) })
            }
            #expect(rows == Self.rows, "\(size)")
        }
    }

    @Test(arguments: [true, false]) func textInUTF16(isBigEndian: Bool) throws {
        let text = "a é 😀\u{FFFD}\n日本"
        let encoded = text.data(using: isBigEndian ? .utf16BigEndian : .utf16LittleEndian) ?? Data()
        try forEachSize(Data(isBigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]) + encoded) { input, size in
            let beginning = try input.beginning(3)
            #expect(String(decoding: beginning, as: UTF8.self) == "a \u{FFFD}", "\(size)")
            let rest = try input.rest(limit: 100) ?? []
            #expect(String(decoding: rest, as: UTF8.self) == text, "\(size)")
        }
    }

    @Test func halvesInUTF16AreNotValid() {
        for units in [[0xD800], [0xD800, 0x61], [0xDC00], [0xD800, 0xD800, 0xDC00]] as [[UInt16]] {
            var transcoder = UTF16Transcoder(isBigEndian: true)
            let bytes =
                transcoder.take(units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }[...]) + transcoder.take(nil)
            #expect(String(validating: bytes, as: UTF8.self) == nil, "\(units)")
        }
    }

    /// A value, and what stands behind it.
    private static let values = [
        ("{\"a\": \"}\\\"]\", \"b\": [{}, \"\\\\\"]}", ", 1"), ("\"a,]\\\"\"", "]"), ("12.5", ","), ("true", " "),
        ("[[], []]", "]"),
        ("\"open\n", "\"b\""),
    ]

    @Test func theEndOfAJSONValue() {
        for (value, rest) in Self.values {
            let bytes = Array((value + rest).utf8)
            for cut in 1..<value.utf8.count {
                var splitter = JSONSplitter()
                #expect(splitter.end(in: bytes[..<cut]) == nil, "\(value) \(cut)")
                #expect(splitter.end(in: bytes[cut...]) == value.utf8.count, "\(value) \(cut)")
            }
        }
    }
}
