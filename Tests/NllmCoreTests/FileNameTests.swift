import Testing

@testable import NllmCore

@Suite struct FileNameTests {
    @Test(arguments: [
        ("gpt-4o", "gpt-4o"), ("a/b:c", "a_b_c"), (#"<>:"/\|?*"#, "_________"), ("tab\there", "tab_here"), (".", "_"),
        ("..", "__"), ("", "_"), ("日本語", "日本語"),
    ])
    func namesFollowTheRule(text: String, expected: String) {
        #expect(FileName.plain(text) == expected)
    }

    @Test func namesAreShortenedInCharactersAndBytes() {
        #expect(FileName.plain(String(repeating: "a", count: 300)).count == 100)
        let wide = FileName.plain(String(repeating: "🎉", count: 300))
        #expect(wide.utf8.count <= 200)
        #expect(wide.allSatisfy { $0 == "🎉" })
        let long = String(repeating: "a", count: 300)
        #expect(FileName.free(long) { $0 != String(repeating: "a", count: 100) }.count == 100)
    }

    @Test func clashingNamesGetAHashLetterCaseIgnored() {
        let names = FileName.distinct(["a/x", "a:x", "A_X", "b"]) { [$0] }
        #expect(names[0] == "a_x")
        #expect(names[1].hasPrefix("a_x-"))
        #expect(names[2].hasPrefix("A_X-"))
        #expect(names[3] == "b")
        #expect(Set(names.map { $0.lowercased() }).count == 4)
    }

    @Test func aNameThatLooksLikeOneWithItsHashLeadsToAThird() {
        let hashed = FileName.distinct(["a_b", "a/b"]) { [$0] }[1]
        let names = FileName.distinct(["a_b", hashed, "a/b"]) { [$0] }
        #expect(names == ["a_b", hashed, hashed + "-2"])
    }

    @Test func aNameIsNotTheSecondSampleOfAnother() {
        let names = FileName.distinct(["m", "m.2"]) { name in [name, "\(name).2"] }
        #expect(names[0] == "m")
        #expect(names[1].hasPrefix("m.2-"))
    }
}
