internal import SystemPackage

/// A Markdown file to which reports are appended, such as the summary of a workflow's job on GitHub.
package enum MarkdownFile {
    /// Appends a report, as far as the whole stays below what GitHub shows; the file is created if it is not there.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - report: makes the report of at most so many bytes.
    /// - Throws: that the file cannot be written.
    package static func append(to path: String, _ report: (Int) -> String) throws(NllmError) {
        try ReplaceableFile.checkIsNoDatabase(path)
        do {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .append, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o666))
            try file.closeAfter {
                let size = Int(try file.seek(offset: 0, from: .end))
                _ = try file.writeAll(Array(report(max(0, MarkdownReport.limit - size)).utf8))
            }
        } catch {
            throw .cannotCreate(path: path, reason: ErrorText.reason(error))
        }
    }
}
