import ArgumentParser
import NllmCore

/// How the records of sources become prompts.
struct RecordOptions: ParsableArguments {
    @Flag(help: "Take each line of a text file, or of standard input, as a prompt.")
    var lines = false

    @Flag(
        help: ArgumentHelp(
            "Read CSV or TSV without a header row; its columns are column1, column2, ….", visibility: .hidden))
    var noHeader = false

    @Option(
        name: .customLong("map"),
        help: ArgumentHelp(
            "Field of the file that is ours, as in prompt=question; vars=FIELD keeps one as a variable; repeatable.",
            valueName: "ours=field"))
    var mapping: [String] = []

    @Option(
        name: .customLong("template"),
        help: ArgumentHelp(
            "Text of the prompts, with {{field}}, {{field.member}} or {{field | dump}} for what each record has; repeatable.",
            valueName: "text|@file"))
    var templates: [String] = []

    @Option(help: ArgumentHelp("Take the first prompts only.", valueName: "n"))
    var limit: Int?

    @Option(
        help: ArgumentHelp("Take the prompts with these ids or patterns, separated by commas.", valueName: "id,…"))
    var only: [String] = []

    @Option(help: ArgumentHelp("Take so many prompts at random.", valueName: "n"))
    var pick: Int?

    @Option(help: ArgumentHelp("Another choice for --pick (default: 1).", valueName: "n", visibility: .hidden))
    var seed: Int?

    func validate() throws {
        for (name, value) in [("limit", limit), ("pick", pick)] {
            if let value, value < 1 { throw ValidationError("`--\(name) \(value)` must be at least 1") }
        }
        if seed != nil, pick == nil { throw ValidationError("`--seed` is for `--pick`") }
    }

    func options() throws(NllmError) -> PromptOptions {
        var options = PromptOptions()
        options.mapping = try FieldMapping(mapping)
        options.templates = try PromptTemplate.templates(templates)
        options.subset.only = only.flatMap { $0.split(separator: ",").map(String.init) }
        options.subset.pick = pick
        options.subset.seed = seed ?? options.subset.seed
        options.subset.limit = limit
        return options
    }
}
