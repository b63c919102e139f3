import Foundation

extension Batch {
    /// The rescue files below the scratch folder, on whichever disks.
    var rescueFiles: [String] { rescueFiles(in: "").sorted() }

    private func rescueFiles(in folder: String) -> [String] {
        // Foundation's enumerator stays on one disk.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/" + folder)) ?? []
        return names.flatMap { name in
            name.contains("rescue-") ? [folder + name] : rescueFiles(in: folder + name + "/")
        }
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
