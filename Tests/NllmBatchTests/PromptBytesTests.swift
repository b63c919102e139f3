import Foundation
import Testing

/// Prompts reach the model byte for byte.
@Suite struct PromptBytesTests {
    @Test func everyPromptReachesTheModelByteForByte() async throws {
        let prompts = [
            "-m leading dash",
            "--help",
            #"quotes " and ' and `backticks` and \back\slashes"#,
            "two\nlines\n\nand a gap",
            "emoji 👩‍👩‍👧‍👦 🇪🇺 e\u{301} \u{1F600}",
            "{{braces}} and {single} and $dollar ${x} $(id) %s",
            "CR\r\nLF\r\nlines\r\n",
            "a\ttab\tand a trailing one\t",
            "  leading and trailing space  ",
            "ends with a line break\n",
            "a mark \u{FEFF}within",
            "NEL \u{85} LS \u{2028} PS \u{2029} NBSP \u{A0} DEL \u{7F} BEL \u{7}",
            String(repeating: "0123456789abcde\n", count: 65_536),
        ]
        let server = try await LoopbackServer(#"{"good": {"answer": "yes"}}"#)
        let batch = try Batch(userPath: server.userPath)
        var lines = Data()
        for prompt in prompts {
            lines += try JSONSerialization.data(withJSONObject: ["prompt": prompt]) + Data("\n".utf8)
        }
        try batch.write(lines, to: "prompts.jsonl")
        try await batch.run("run", "prompts.jsonl", "--no-check", "-m", "good", "--run", "main").expectSuccess()

        let received = Set(try server.requests().map { Data($0.prompt.utf8) })
        #expect(received.count == prompts.count)
        for prompt in prompts {
            #expect(
                received.contains(Data(prompt.utf8)), "\(prompt.debugDescription.prefix(80)) came as something else")
        }
        let stored = try batch.query("SELECT text FROM prompts ORDER BY position")
        #expect(stored.map { Data($0[0].utf8) } == prompts.map { Data($0.utf8) })
    }
}
