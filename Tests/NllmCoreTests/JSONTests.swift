import Testing

@testable import NllmCore

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", #""""#, "-0.10", "1E+400", "123456789012345678901234567890",
        #"{"b":1,"a":[1,{"c":null}],"b":2}"#, #"["é","😀","\"\\\n\t\u0001"]"#,
    ])
    func whatIsReadIsWrittenAgain(text: String) throws {
        let once = JSONWriter.text(try JSONParser.parse(text))
        #expect(once == text)
    }

    @Test func escapesAreDecoded() throws {
        #expect(try JSONParser.parse(#""\u00e9\ud83d\ude00\/\b\f""#) == .string("é😀/\u{8}\u{c}"))
        #expect(try JSONParser.parse(#""a\u0000b""#) == .string("a\u{0}b"))
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", #"{"a":1,}"#, #"{"a" 1}"#, "{a:1}", "'a'", "01", "1.", "+1", ".5", "1e", "nul", "NaN",
        #""\x""#, #""\ud800""#, #""\ude00""#, #""\u12g4""#, "\"a\nb\"", "\"open", "1 2", "[1}", "tru",
    ])
    func whatIsNoJSONIsRefused(text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    @Test func deepNestingIsRefusedInsteadOfOverflowingTheStack() throws {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(throws: JSONError.self) { try JSONParser.parse(deep) }
        let fine = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        #expect(throws: Never.self) { try JSONParser.parse(fine) }
    }

    @Test func anErrorTellsWhereItIs() {
        #expect(throws: JSONError(message: "`}` where a value is expected", offset: 5)) {
            try JSONParser.parse(#"{"a":}"#)
        }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
    }

    @Test func documentsAreIndented() throws {
        let value = try JSONParser.parse(#"{"a":[1,2],"b":{},"c":[]}"#)
        let text = String(decoding: JSONWriter.document(value), as: UTF8.self)
        #expect(text == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": []\n}\n")
    }
}
