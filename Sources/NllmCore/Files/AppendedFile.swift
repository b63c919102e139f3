internal import SystemPackage

/// A text file to which other programs may append as well.
package enum AppendedFile {
    /// Appends a text to a file, which is created if it is not there.
    package static func append(_ text: String, to path: String) throws(NllmError) {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.append, .create],
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
            try file.closeAfter { _ = try file.writeAll(Array(text.utf8)) }
        } catch {
            throw .inputOutput(what: "cannot write \(path)", reason: ErrorText.reason(error))
        }
    }
}
