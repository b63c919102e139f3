import FoundationEssentials
import Testing

@testable import NllmCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct SuiteFileTests {
    private static let suite = "prompts: ['Tell {{x}}.']\ntests: file://tests.csv\n"

    @Test func rowsMayEndInAnyWay() throws {
        for end in ["\n", "\r\n", "\r"] {
            let folder = try SuiteFolder(Self.suite, ["tests.csv": ["x,y", "a,1", "b"].joined(separator: end)])
            #expect(try folder.prompts().map(\.prompt.text) == ["Tell a.", "Tell b."])
            #expect(try folder.prompts().map(\.prompt.vars) == [#"{"x":"a","y":"1"}"#, #"{"x":"b","y":""}"#])
        }
    }

    @Test func textsMayBeUTF16() throws {
        let folder = try SuiteFolder()
        for (name, text) in [
            ("suite.yaml", Self.suite), ("tests.csv", "x\nä\n"), ("suite.json", #"{"prompts": "Hü"}"#),
        ] {
            try folder.write([0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }, name)
        }
        #expect(try folder.prompts().map(\.prompt.text) == ["Tell ä."])
        #expect(try folder.prompts("suite.json").map(\.prompt.text) == ["Hü"])
    }

    @Test func textsThatAreNotUTF8AreReported() throws {
        let folder = try SuiteFolder(Self.suite)
        try folder.write([0x78, 0x0A, 0x61, 0x0A, 0xE4, 0x0A], "tests.csv")
        #expect(folder.problems() == ["tests.csv:3: not valid UTF-8; save the file as UTF-8"])
        try folder.write(Array("prompts:\n- a".utf8) + [0xE4], "suite.yaml")
        #expect(folder.problems() == ["2: not valid UTF-8; save the file as UTF-8"])
        try folder.write([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "suite.yaml")
        #expect(folder.problems() == ["0: UTF-32; save the file as UTF-8"])
    }

    @Test func whatIsNoFileCannotBeRead() throws {
        let folder = try SuiteFolder()
        #expect(throws: NllmError.unreadable(path: folder.path + "/", reason: "is a directory")) { try folder.read("") }
        #expect(throws: NllmError.unreadable(path: folder.path + "/no", reason: "no such file or directory")) {
            try folder.read("no")
        }
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        #expect(throws: NllmError.unreadable(path: folder.path + "/pipe", reason: "not a regular file")) {
            try folder.read("pipe")
        }
        try folder.write("prompts: ['{{x}}']\ntests: [{vars: {x: file://pipe}}, {vars: {x: file://.}}]\n", "suite.yaml")
        #expect(folder.problems() == ["2: `pipe` is not a regular file", "2: `.` is a directory; list its files"])
    }

    @Test func filesOutsideNeedTrust() throws {
        let outside = try SuiteFolder("", ["secret.txt": "a secret"])
        let folder = try SuiteFolder()
        #expect(symlink(outside.path, folder.path + "/link") == 0)
        let texts = [
            "prompts: file://link/secret.txt",
            "prompts: [a]\ntests: [{vars: {x: 'file://\(outside.path)/secret.txt'}}]",
            "prompts: [a]\noutputPath: link/night.json", "prompts: [a]\nsources: link/secret.txt",
            "prompts: [a]\nprovider: [a]\ntests: link/tests.csv",
        ]
        for text in texts.dropLast() {
            try folder.write(text, "suite.yaml")
            #expect(folder.problems().count == 1)
            #expect(folder.problems()[0].contains("outside of the suite's folder; allow that with --trust-config"))
            #expect(throws: Never.self) { try folder.read(trustsFiles: true) }
        }
        // What is wrong in itself comes first, as bad input.
        try folder.write(texts[4], "suite.yaml")
        #expect(folder.problems() == ["2: unknown key `provider`; did you mean `providers`?"])
    }

    @Test func aLinkInTheFolderIsFollowed() throws {
        let folder = try SuiteFolder("prompts: file://link.txt", ["text.txt": "Hello"])
        #expect(symlink("text.txt", folder.path + "/link.txt") == 0)
        #expect(try folder.prompts().map(\.prompt.text) == ["Hello"])
    }

    @Test(arguments: [
        (
            "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]",
            "aliases that stand for too much; write the values out"
        ),
        (
            "prompts: " + String(repeating: "[", count: 600) + String(repeating: "]", count: 600),
            "nested over 512 levels deep"
        ),
        ("a: &a {<<: *a}", "broken YAML"),
        ("prompts: \"\u{1}\"", "a character that may not stand in YAML, U+0001; take it out"),
    ])
    func aBombIsReported(text: String, problem: String) throws {
        let found = try SuiteFolder.problems(text)
        #expect(found.count == 1 && found[0].contains(problem), "\(found)")
    }

    @Test func depthIsNoDanger() throws {
        let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        let folder = try SuiteFolder("prompts: ['{{x | dump}}']\ntests: [{vars: {x: {y: \(deep)}}}]\n")
        #expect(try folder.prompts().map(\.prompt.text) == [#"{"y":"# + deep + "}"])
        try folder.write(
            #"{"prompts": ["{{x | dump}}"], "tests": [{"vars": {"x": {"y": "# + deep + "}}}]}", "suite.json")
        #expect(try folder.prompts("suite.json").count == 1)
    }

    /// The most memory that this process has had, in megabytes.
    private static func peak() -> Int {
        var usage = rusage()
        #if canImport(Glibc)
            getrusage(.init(RUSAGE_SELF.rawValue), &usage)
            return Int(usage.ru_maxrss) >> 10
        #else
            getrusage(RUSAGE_SELF, &usage)
            return Int(usage.ru_maxrss) >> 20
        #endif
    }

    @Test func largeFilesAreReadRowByRow() throws {
        let folder = try SuiteFolder("prompts: ['Tell {{x}}.']\ntests: file://tests.csv\n")
        let count = 100_000
        // Written row by row too, or the test's own memory would hide that of the reader.
        let table = try #require(fopen(folder.path + "/tests.csv", "w"))
        fputs("x\n", table)
        let filler = String(repeating: "word ", count: 10)
        for number in 1...count { fputs("\(filler)\(number)\n", table) }
        fclose(table)
        let before = Self.peak()
        #expect(try folder.read().census.prompts == count)
        // The prompts alone would need more.
        #expect(Self.peak() - before < 40)
    }

    @Test func anErrorOfTheReceiverIsPassedOn() throws {
        let folder = try SuiteFolder(Self.suite, ["tests.csv": "x\na\nb\n"])
        var count = 0
        let error = FileError.notRegular("elsewhere")
        #expect(throws: error) {
            try folder.read().forEachPrompt { _ in
                count += 1
                throw error
            }
        }
        #expect(count == 1)
    }

    @Test func aFileThatHasChangedIsCheckedAgain() throws {
        let folder = try SuiteFolder(Self.suite, ["tests.csv": "x\na\n"])
        let suite = try folder.read()
        try folder.write("y\na\n", "tests.csv")
        #expect(throws: NllmError.self) { try suite.forEachPrompt { _ in } }
    }
}
