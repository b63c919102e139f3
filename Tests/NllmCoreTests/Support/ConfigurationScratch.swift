import Foundation
import Testing

@testable import NllmCore

/// A home folder and a project folder with configuration files.
struct ConfigurationScratch {
    private let scratch = ScratchFolder()
    var root: String { scratch.path }

    init() throws {
        for folder in ["/home/.nllm", "/project"] {
            try FileManager.default.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
        }
    }

    var user: String { root + "/home/.nllm/config.yaml" }
    var project: String { root + "/project/.nllm-config.yaml" }

    func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    func load(explicit: String? = nil) throws(NllmError) -> Configuration {
        try Configuration.load(
            ConfigurationPlace.all(explicit: explicit, home: root + "/home", directory: root + "/project"))
    }

    /// The configuration of a project whose file holds this.
    func load(project text: String) throws -> Configuration {
        try write(Array(text.utf8), to: project)
        return try load()
    }

    /// What is wrong with files that hold this.
    func problems(explicit: String? = nil) throws -> [String] {
        do throws(NllmError) {
            _ = try load(explicit: explicit)
            return []
        } catch {
            guard case .badConfiguration = error else { throw error }
            return error.description.split(separator: "\n").map(String.init)
        }
    }
}
