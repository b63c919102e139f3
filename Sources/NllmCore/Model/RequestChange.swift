/// A part of a request that is another one than in an earlier request.
package struct RequestChange: Sendable, Hashable {
    /// What a request consists of; the raw values are those of the output.
    package enum Part: String, Sendable {
        case prompt, turn, message, system, schema, option, attachment, model, argument
        /// The content of a file at the same path.
        case file
        case templateArgument = "template_argument"
        case givenAnswer = "given_answer"
        /// Something that is no longer stored: settings of the run, or the content of a file.
        case unknown
    }

    package let part: Part
    /// Which of several: an option, a file, a template's argument, or the number of a turn or message; nil for others.
    package let name: String?
    /// Nil if there was none; a digest for the content of a file.
    package let before: String?
    /// Nil if there is none any more; a digest for the content of a file.
    package let after: String?

    init(_ part: Part, name: String? = nil, before: String? = nil, after: String? = nil) {
        (self.part, self.name, self.before, self.after) = (part, name, before, after)
    }

    /// A change of one text; empty if it is the same.
    static func of(_ part: Part, name: String? = nil, _ before: String?, _ after: String?) -> [RequestChange] {
        before == after ? [] : [RequestChange(part, name: name, before: before, after: after)]
    }

    /// The changes of named values, of which the last of equal names counts.
    static func of(
        _ part: Part, _ before: [(name: String, value: String)], _ after: [(name: String, value: String)]
    ) -> [RequestChange] {
        let old = Dictionary(before.map { ($0.name, $0.value) }) { $1 }
        let new = Dictionary(after.map { ($0.name, $0.value) }) { $1 }
        return Set(old.keys).union(new.keys).sorted().flatMap { of(part, name: $0, old[$0], new[$0]) }
    }
}

extension LLMRequest {
    /// The parts in which it differs from an earlier request; secrets in options and arguments are replaced.
    func changes(since earlier: LLMRequest) -> [RequestChange] {
        textChanges(since: earlier) + RequestChange.of(.system, earlier.system, system)
            + schemaChanges(since: earlier) + RequestChange.of(.model, earlier.model, model)
            + RequestChange.of(.option, earlier.shownOptions, shownOptions)
            + attachmentChanges(since: earlier) + argumentChanges(since: earlier) + fileChanges(since: earlier)
    }

    private func textChanges(since earlier: LLMRequest) -> [RequestChange] {
        let messages = { (request: LLMRequest) in request.conversation?.messages ?? [] }
        let texts = { (request: LLMRequest) in
            request.turns.isEmpty && request.conversation == nil ? request.prompt.map { [$0] } ?? [] : request.turns
        }
        let (old, new) = (texts(earlier), texts(self))
        let isPlain = turns.isEmpty && earlier.turns.isEmpty
        let (oldMessages, newMessages) = (messages(earlier), messages(self))
        return Self.positions(old, new).map { index in
            RequestChange(
                isPlain ? .prompt : .turn, name: isPlain ? nil : String(index + 1), before: old.element(index),
                after: new.element(index))
        }
            + Self.positions(oldMessages, newMessages).map { index in
                RequestChange(
                    .message, name: String(index + 1), before: oldMessages.element(index)?.description,
                    after: newMessages.element(index)?.description)
            }
    }

    /// The positions from 0 at which two lists differ.
    private static func positions<Element: Equatable>(_ old: [Element], _ new: [Element]) -> [Int] {
        (0..<max(old.count, new.count)).filter { old.element($0) != new.element($0) }
    }

    private func schemaChanges(since earlier: LLMRequest) -> [RequestChange] {
        let (old, new) = (earlier.files.schema, files.schema)
        guard let new, old?.value == new.value else {
            return (old?.digest ?? earlier.schema) == (new?.digest ?? schema)
                ? [] : RequestChange.of(.schema, earlier.schema, schema)
        }
        return RequestChange.of(.file, name: new.path ?? new.value, old?.digest, new.digest)
    }

    private func attachmentChanges(since earlier: LLMRequest) -> [RequestChange] {
        let (old, new) = (earlier.identifiedAttachments, identifiedAttachments)
        guard old.map(\.value) != new.map(\.value) else { return [] }
        let (oldNames, newNames) = (Set(old.map(\.name)), Set(new.map(\.name)))
        let gone = old.filter { !newNames.contains($0.name) }, added = new.filter { !oldNames.contains($0.name) }
        let changed = RequestChange.of(
            .file, old.filter { newNames.contains($0.name) }, new.filter { oldNames.contains($0.name) })
        let replaced = (0..<max(gone.count, added.count)).map { index in
            RequestChange(.attachment, before: gone.element(index)?.name, after: added.element(index)?.name)
        }
        let all = changed + replaced
        let list = { (names: [(name: String, value: String)]) in names.map(\.name).joined(separator: ", ") }
        return all.isEmpty ? [RequestChange(.attachment, before: list(old), after: list(new))] : all
    }

    /// The attachments, each with what it counts by.
    private var identifiedAttachments: [(name: String, value: String)] {
        attachments.map { location in
            (location, files.attachments.first { $0.value == location }?.digest ?? location)
        }
    }

    private var shownOptions: [(name: String, value: String)] {
        options.map { ($0.name, Redaction.redact(arguments: ["-o", $0.name, $0.value])[2]) }
    }

    private func argumentChanges(since earlier: LLMRequest) -> [RequestChange] {
        let (old, new) = (earlier.splitArguments, splitArguments)
        let lines = [old, new].map { $0.rest.isEmpty ? nil : ShellWord.line(Redaction.redact(arguments: $0.rest)) }
        return RequestChange.of(.templateArgument, old.parameters, new.parameters)
            + RequestChange.of(.argument, lines[0], lines[1])
    }

    private var splitArguments: (parameters: [(name: String, value: String)], rest: [String]) {
        let items = LLMArguments(arguments).items
        let isParameter = { (item: LLMArguments.Item) in item.flags.map(\.name) == ["--param"] }
        let parameters = items.filter(isParameter).flatMap(\.flags).filter { $0.values.count == 2 }.map { flag in
            (name: flag.values[0], value: Redaction.redact(arguments: ["-p"] + flag.values)[2])
        }
        return (parameters, items.filter { !isParameter($0) }.flatMap(\.raw))
    }

    /// The content of files that the same arguments name.
    private func fileChanges(since earlier: LLMRequest) -> [RequestChange] {
        let (old, new) = (earlier.files.arguments.contents, files.arguments.contents)
        let common = Set(old.map(\.name)).intersection(new.map(\.name))
        return RequestChange.of(
            .file, old.filter { common.contains($0.name) }, new.filter { common.contains($0.name) })
    }
}

extension [RequestFile] {
    /// The files and their parts by name, with their digests.
    fileprivate var contents: [(name: String, value: String)] {
        flatMap { [($0.path ?? $0.value, $0.digest ?? "")] + $0.parts.contents }
    }
}

extension Array {
    /// The element at a position; nil beyond the end.
    fileprivate func element(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
