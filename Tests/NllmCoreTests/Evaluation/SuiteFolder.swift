import FoundationEssentials

@testable import NllmCore

/// A folder with a suite and its files, which is removed at the end of a test.
final class SuiteFolder {
    let path: String

    /// - Parameters:
    ///   - suite: the text of suite.yaml.
    ///   - files: the texts of others, by their names.
    /// - Throws: if they cannot be written.
    init(_ suite: String = "", _ files: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.path + "/suite-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try write(suite, "suite.yaml")
        for (name, text) in files { try write(text, name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func read(
        _ name: String = "suite.yaml", trustsFiles: Bool = false, allowsCommands: Bool = false
    ) throws(NllmError) -> NllmCore.Suite {
        try NllmCore.Suite.read(path: "\(path)/\(name)", trustsFiles: trustsFiles, allowsCommands: allowsCommands)
    }

    /// All prompts of the suite.
    func prompts(_ name: String = "suite.yaml") throws -> [SuitePrompt] {
        var prompts: [SuitePrompt] = []
        try read(name).forEachPrompt { prompts.append($0) }
        return prompts
    }

    /// What is wrong, as `LINE: MESSAGE` or `FILE:LINE: MESSAGE` for other files; empty if nothing is.
    func problems(_ name: String = "suite.yaml") -> [String] {
        do throws(NllmError) {
            _ = try read(name)
            return []
        } catch {
            switch error {
            case .badInput(let problems, _), .badConfiguration(let problems, _):
                return problems.map { problem in
                    let file = problem.file.hasSuffix("/\(name)") ? "" : AbsolutePath.name(problem.file) + ":"
                    return "\(file)\(problem.line ?? 0): \(problem.message)"
                }
            default: return ["\(error)"]
            }
        }
    }

    /// The problems of a suite that needs no other file.
    static func problems(_ suite: String) throws -> [String] { try SuiteFolder(suite).problems() }
}
