import Testing

@testable import NllmCore

struct PatternTests {
    @Test("patterns are searched for anywhere")
    func searches() throws {
        #expect(try Pattern("b+").matches("abbc"))
        #expect(try !Pattern("^b").matches("abbc"))
        #expect(try Pattern("B", ignoresCase: true).matches("abbc"))
        #expect(try Pattern("É", ignoresCase: true).matches("né"))
        #expect(try Pattern(#"^\w+\d$"#).matches("né٣"), "Unicode letters and digits")
        #expect(try Pattern("").matches(""))
        #expect(try !Pattern("a").matches(""))
        #expect(try Pattern("a\0b").matches("xa\0bx"), "NUL is a character")
    }

    @Test("captures are the texts of groups")
    func captures() throws {
        let pattern = try Pattern(#"(\d+)(?:-(\d+))?"#)
        #expect(try pattern.captures(in: "from 12-34") == ["12-34", "12", "34"])
        #expect(try pattern.captures(in: "né 12 ") == ["12", "12", nil])
        #expect(try pattern.captures(in: "none") == nil)
        #expect(try Pattern("x*").captures(in: "abc") == [""], "an empty match")
        #expect(try Pattern(#"a\Kb"#).captures(in: "ab") == ["b"])
    }

    @Test(
        "bad patterns say what is wrong and where",
        arguments: [
            ("a(b", "bad pattern at character 4: missing closing parenthesis"),
            ("é[z", "bad pattern at character 4: missing terminating ] for character class"),
            ("a**+", "bad pattern at character 3: quantifier does not follow a repeatable item"),
            (#"\C"#, #"bad pattern at character 3: using \C is disabled by the application"#),
        ])
    func problems(pattern: String, message: String) {
        let problem = #expect(throws: PatternProblem.self) { try Pattern(pattern) }
        #expect(problem?.plainText == message)
    }

    @Test(
        "searches that would take too long end without a verdict",
        arguments: [
            (#"(a+)+$"#, "a", 60), (#"^(a|aa)+$"#, "a", 100), (#"(\w+\s?)*$"#, "ab", 40), ("^(?:.*)*[xy]$", "a", 60),
            ("(?:a?){60}a{60}$", "a", 60),
            // Quadratic, without any one start that takes long.
            (#"\s+$"#, " ", 200_000), ("[a-z]+[:;]", "a", 500_000), (#"^(a*)\1b"#, "a", 500_000),
            // Passes over characters in vain.
            ("(a{60000}|b)[bc]", "\(String(repeating: "a", count: 59_999))x", 4),
        ])
    func givesUp(pattern: String, repeated: String, count: Int) throws {
        let pattern = try Pattern(pattern)
        let text = String(repeating: repeated, count: count) + "!"
        // A debug build takes seconds for as many steps as a search may take.
        var steps = Pattern.stepLimit / 50
        let undecided = #expect(throws: Undecided.self) { _ = try pattern.matches(text, steps: &steps) }
        #expect(undecided?.reason == "the pattern takes too many steps")
    }

    @Test("a search may take ten million steps")
    func stepLimit() throws {
        let pattern = try Pattern("^(a+)+$")
        #expect(try !pattern.matches(String(repeating: "a", count: 20) + "!"), "takes about 4 million")
        #expect(throws: Undecided.self) { _ = try pattern.matches(String(repeating: "a", count: 24) + "!") }
    }

    @Test("memory is bounded")
    func memory() throws {
        let text = String(repeating: "ab", count: 2_000_000)
        let undecided = #expect(throws: Undecided.self) { _ = try Pattern("^(?:a|b)*c").matches(text) }
        #expect(undecided?.reason == "the pattern takes too much memory")
    }

    @Test("long texts and patterns are safe")
    func longTexts() throws {
        let text = String(repeating: "lorem ipsum ", count: 1_000_000)
        #expect(try Pattern("dolor$").matches(text + "dolor"))
        #expect(try Pattern(#"(\w+) dolor"#).captures(in: text + "dolor") == ["ipsum dolor", "ipsum"])
        #expect(try !Pattern("[^m]z").matches(text))
        #expect(throws: PatternProblem.self) { try Pattern(String(repeating: "a", count: 1 << 20)) }
        #expect(throws: PatternProblem.self) { try Pattern(String(repeating: "(", count: 1 << 20)) }
        #expect(throws: PatternProblem.self) { try Pattern(String(repeating: "[", count: 1 << 20), syntax: .ecma) }
        #expect(throws: PatternProblem.self) { try Pattern("((a{1,999}){1,999}){1,999}") }
    }

    @Test("searches share their steps")
    func sharesSteps() throws {
        let pattern = try Pattern("(a+)+$")
        let text = String(repeating: "a", count: 14) + "!"
        var steps = 1_000_000
        var searches = 0
        #expect(throws: Undecided.self) {
            while searches < 1_000 {
                _ = try pattern.matches(text, steps: &steps)
                searches += 1
            }
        }
        #expect((2..<100).contains(searches))
        var unused = 1_000
        #expect(try !pattern.matches("abc", steps: &unused))
        #expect(unused == 1_000, "a short search takes nothing")
    }

    @Test("threads share a pattern")
    func threads() async throws {
        let pattern = try Pattern(#"(\d+)$"#)
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<500 {
                group.addTask { (try? pattern.captures(in: "number \(number)")) == ["\(number)", "\(number)"] }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
