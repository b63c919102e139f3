import Foundation
import Testing

extension Batch {
    /// A script that answers with the prompt, or as some prompts ask; `--version` and the like answer nothing.
    private static let answers = #"""
        case $1 in -m) ;; --version) echo "llm, version 9.9"; exit;; *) exit;; esac
        prompt=$(cat)
        case $prompt in
            garbage) printf 'a\377b\n'; printf 'warn \376\n' >&2;;
            limited) echo 'Error: Error code: 429 - Rate limit reached. Please try again in 20s.' >&2; exit 1;;
            slow) printf partial; sleep 600;;
            secret) echo 'Error: Error code: 401 - Incorrect API key: sk-abcdefghijklmnop, token=hunter2' >&2; exit 1;;
            json) printf ' {"b":1.50,"a":[]}\n'; echo 'Token usage: 1,234 input, 16 output, {"cached": 3}' >&2;;
            unless*) [ -e "$HOME/fixed" ] || { echo 'Error: Error code: 400 - broken' >&2; exit 1; }; printf 'mended';;
            *) printf '%s' "$prompt";;
        esac
        """#

    /// A scratch folder whose `llm` answers with the prompt, or as some prompts ask.
    static func scripted() throws -> Batch { try Batch(llm: fakeLLM(answers)) }

    /// Works on run `r` and expects that every cell is answered.
    func work(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let result = try await run("work", "r", "-j", "2").expectSuccess(sourceLocation: sourceLocation)
        #expect(result.out == "\(directory)/nllm-runs/r\n", sourceLocation: sourceLocation)
    }

    /// Writes `p.jsonl` with a prompt for each `id:text`; an empty id is left out.
    func writePrompts(_ prompts: [String]) throws {
        let lines = prompts.map { prompt in
            let parts = prompt.split(separator: ":", omittingEmptySubsequences: false)
            return parts[0].isEmpty ? "\"\(parts[1])\"" : "{\"id\":\"\(parts[0])\",\"prompt\":\"\(parts[1])\"}"
        }
        try write(lines.joined(separator: "\n"), to: "p.jsonl")
    }

    /// Expects that the files of results are these, in the order of the lines, and hold the same objects.
    func expectFilesAsLines(
        _ folder: String, files: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let lines = try jsonLines(folder + "/results.jsonl")
        let found = try self.files(below: folder + "/results")
        #expect(found.keys.sorted() == files.map { $0 + ".json" }.sorted(), sourceLocation: sourceLocation)
        #expect(lines.count == files.count, sourceLocation: sourceLocation)
        for (line, file) in zip(lines, files) {
            guard let data = found[file + ".json"] else { continue }
            let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            #expect(object as NSDictionary? == line as NSDictionary, "\(file)", sourceLocation: sourceLocation)
        }
    }

    /// Folders that hold nothing.
    func emptyFolders(below name: String) -> [String] {
        let root = directory + "/" + name
        return (FileManager.default.enumerator(atPath: root) ?? .init()).compactMap { $0 as? String }.filter { path in
            (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + path))?.isEmpty == true
        }
    }
}
