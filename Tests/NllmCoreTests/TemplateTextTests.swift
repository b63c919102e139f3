import Testing

@testable import NllmCore

@Suite struct TemplateTextTests {
    private func renamed(_ text: String) -> String? {
        TemplateText(Array(text.utf8)).renaming { "/copies\($0)/\($1)" }.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func onlyTheNamesOfFilesAreReplaced() {
        #expect(
            renamed("system: Rhyme.\nfragments:\n- a.txt # the first\n- 'b: c'\nprompt: |\n  fragments:\n  - a.txt\n")
                == "system: Rhyme.\nfragments: [\"/copies--fragment/a.txt\", \"/copies--fragment/b: c\"]\n"
                + "prompt: |\n  fragments:\n  - a.txt\n")
        #expect(
            renamed("attachment_types:\n- type: image/png\n  value: x\nsystem_fragments: [y]")
                == "attachment_types: [{type: \"image/png\", value: \"/copies--attachment-type/x\"}]\n"
                + "system_fragments: [\"/copies--system-fragment/y\"]\n")
        #expect(renamed("attachments: []\nprompt: x\n") == "attachments: []\nprompt: x\n")
        #expect(renamed("prompt: x") == "prompt: x")
    }

    @Test(arguments: [
        #"{"prompt": "x", "fragments": ["a"]}"#, "{prompt: x,\nfragments: [a]}", "fragments: &a [x]\noptions: *a\n",
        "prompt: x\nfragments: [a]\n...\n",
    ])
    func whatCannotBeFollowedIsNotReplaced(text: String) {
        #expect(renamed(text) == nil || text.hasSuffix("...\n"))
    }

    @Test(arguments: ["", "just a prompt", "- a", "fragments: x: y", "prompt: 'a"]) func whatIsNoTemplateNamesNothing(
        text: String
    ) {
        #expect(TemplateText(Array(text.utf8)).files == [])
    }
}
