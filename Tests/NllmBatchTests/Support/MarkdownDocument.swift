import Foundation

/// A document of this project, as its fenced blocks.
struct MarkdownDocument {
    /// A fenced block.
    struct Block {
        /// What stands behind the fence: `sh`, or nothing for something that is shown.
        var language: String
        var text: String
        /// Whether nothing but blank lines stands between it and the block before.
        var followsBlock: Bool
    }

    let text: String
    let blocks: [Block]

    /// - Parameter path: relative to the project's folder.
    /// - Throws: if it cannot be read.
    init(_ path: String) throws {
        text = try String(contentsOf: URL(filePath: Batch.packageRoot + "/" + path), encoding: .utf8)
        var blocks: [Block] = []
        var open: (language: String, lines: [Substring])?
        var followsBlock = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let block = open {
                guard line == "```" else {
                    open?.lines.append(line)
                    continue
                }
                blocks.append(
                    Block(
                        language: block.language, text: block.lines.joined(separator: "\n"),
                        followsBlock: followsBlock))
                (open, followsBlock) = (nil, true)
            } else if line.hasPrefix("```") {
                open = (String(line.dropFirst(3)), [])
            } else if !line.isEmpty {
                followsBlock = false
            }
        }
        self.blocks = blocks
    }

    /// The texts of the blocks in a language, in their order.
    func blocks(in language: String) -> [String] { blocks.filter { $0.language == language }.map(\.text) }
}
