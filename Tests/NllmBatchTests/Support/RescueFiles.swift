import Foundation

extension Batch {
    /// The rescue files below the scratch folder, which is home and holds the temporary folder of `rescueEnvironment`.
    var rescueFiles: [String] {
        let all = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.split(separator: "/").last?.contains("rescue-") == true }.sorted()
    }

    /// The lines of all rescue files: the prompt's id of each, torn lines left out.
    func rescuedPrompts() throws -> [String] {
        try rescueFiles.flatMap { try rescuedPrompts(in: $0) }
    }

    /// The lines of a rescue file: the prompt's id of each, torn lines left out.
    func rescuedPrompts(in file: String) throws -> [String] {
        try read(file).split(separator: 0x0A).compactMap { line in
            let object = try? JSONSerialization.jsonObject(with: line.drop { $0 == 0 }) as? [String: Any]
            return object?["prompt_id"] as? String
        }
    }
}
