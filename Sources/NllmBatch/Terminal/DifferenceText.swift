import NllmCore

/// Two answers in one text, for people: what only the first one has is red or stands in `[-…-]`, what only the second one
/// has is green or stands in `{+…+}`.
struct DifferenceText {
    let pair: AnswerPair
    /// The labels of the models.
    let models: (first: String, second: String)
    let colored: Bool

    var lines: [StyledText] {
        let name = CellName.label(pair.prompt, sample: pair.sample).oneLine
        guard let first = pair.first.text, let second = pair.second.text else {
            let silent = [(models.first, pair.first), (models.second, pair.second)].filter { $0.1.text == nil }
            let words = silent.map { "no answer of \($0.0.oneLine), \($0.1.status.rawValue)" }
            return [StyledText("[\(name)] \(words.joined(separator: "; "))")]
        }
        return [heading(name)] + body(WordDifference.pieces(from: first, to: second))
    }

    private func heading(_ name: String) -> StyledText {
        var heading = StyledText("[\(name)] ")
        for (label, side, color) in [(models.first, pair.first, Color.red), (models.second, pair.second, .green)] {
            if color == .green { heading.append(" → ") }
            heading.append(label.oneLine, color)
            if side.status != .ok { heading.append(" (\(side.status.rawValue))") }
        }
        return heading
    }

    private func body(_ pieces: [WordDifference.Piece]) -> [StyledText] {
        var lines: [StyledText] = []
        var line = StyledText()
        for piece in pieces {
            let (text, color, marks) = Self.form(piece)
            for (index, part) in text.replacing("\r\n", with: "\n").unicodeScalars.split(
                separator: "\n", omittingEmptySubsequences: false
            ).enumerated() {
                if index > 0 {
                    lines.append(line)
                    line = StyledText()
                }
                let part = String(part)
                if let marks, !colored, !part.isEmpty {
                    line.append(marks.0 + part + marks.1)
                } else {
                    line.append(part, color)
                }
            }
        }
        if line.width > 0 { lines.append(line) }
        return lines.map { content in
            var line = StyledText("    | ")
            line.append(content)
            return line
        }
    }

    private static func form(
        _ piece: WordDifference.Piece
    ) -> (text: String, color: Color?, marks: (String, String)?) {
        switch piece {
        case .same(let text): (text, nil, nil)
        case .removed(let text): (text, .red, ("[-", "-]"))
        case .added(let text): (text, .green, ("{+", "+}"))
        }
    }
}
