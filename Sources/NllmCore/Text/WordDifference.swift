/// The words in which two texts differ.
///
/// Memory is linear in the length of the texts, and so is the time but for a logarithm: words that both have once are
/// found first and divide the texts, and only short stretches between them are compared word by word. Where too little
/// agrees, a stretch counts as replaced.
package struct WordDifference: Sendable {
    /// A stretch of text.
    package enum Piece: Sendable, Equatable {
        case same(String)
        case removed(String)
        case added(String)
    }

    /// The most words of two stretches that are compared word by word.
    private static let shortStretch = 512
    /// How often a stretch may be divided.
    private static let mostDivisions = 24

    private typealias Words = [Substring]

    private let old: Words
    private let new: Words
    /// Whether a word of the old text, or of the new one, stands in the other as well.
    private var isKept: (old: [Bool], new: [Bool])

    /// The stretches of two texts in their order: all but the added ones make the first text, all but the removed ones
    /// the second.
    package static func pieces(from old: String, to new: String) -> [Piece] {
        var difference = WordDifference(old, new)
        difference.compare(0..<difference.old.count, 0..<difference.new.count, divisions: mostDivisions)
        return difference.pieces
    }

    private init(_ old: String, _ new: String) {
        (self.old, self.new) = (Self.words(old), Self.words(new))
        isKept = (Array(repeating: false, count: self.old.count), Array(repeating: false, count: self.new.count))
    }

    // MARK: Words

    private enum Kind {
        case space, lineBreak, word, other
    }

    /// Words, stretches of white space, line breaks, and other characters one by one.
    private static func words(_ text: String) -> Words {
        var words: Words = []
        var (start, last) = (text.startIndex, Kind.other)
        for index in text.unicodeScalars.indices {
            let kind = kind(text.unicodeScalars[index])
            if index > start, kind != last || kind == .other || kind == .lineBreak {
                words.append(text[start..<index])
                start = index
            }
            last = kind
        }
        if start < text.endIndex { words.append(text[start...]) }
        return words
    }

    private static func kind(_ scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 0x0A: .lineBreak
        case 0x09, 0x0D, 0x20: .space
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: .word
        case ..<0x80: .other
        // Scripts that put no space between words.
        case 0x3001...0x312F, 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: .other
        default: .word
        }
    }

    // MARK: Comparison

    private mutating func keep(_ oldIndex: Int, _ newIndex: Int) {
        isKept.old[oldIndex] = true
        isKept.new[newIndex] = true
    }

    private mutating func compare(_ olds: Range<Int>, _ news: Range<Int>, divisions: Int) {
        var (olds, news) = (olds, news)
        while let first = olds.first, let other = news.first, old[first] == new[other] {
            keep(first, other)
            (olds, news) = (olds.dropFirst(), news.dropFirst())
        }
        while let last = olds.last, let other = news.last, old[last] == new[other] {
            keep(last, other)
            (olds, news) = (olds.dropLast(), news.dropLast())
        }
        guard !olds.isEmpty, !news.isEmpty else { return }
        if olds.count + news.count <= Self.shortStretch { return compareWords(olds, news) }
        let anchors = divisions > 0 ? self.anchors(olds, news) : []
        guard !anchors.isEmpty else { return }
        var (oldStart, newStart) = (olds.lowerBound, news.lowerBound)
        for anchor in anchors {
            compare(oldStart..<anchor.old, newStart..<anchor.new, divisions: divisions - 1)
            keep(anchor.old, anchor.new)
            (oldStart, newStart) = (anchor.old + 1, anchor.new + 1)
        }
        compare(oldStart..<olds.upperBound, newStart..<news.upperBound, divisions: divisions - 1)
    }

    private mutating func compareWords(_ olds: Range<Int>, _ news: Range<Int>) {
        let changes = new[news].difference(from: old[olds])
        var (removed, added): (Set<Int>, Set<Int>) = ([], [])
        for change in changes {
            switch change {
            case .remove(let offset, _, _): removed.insert(olds.lowerBound + offset)
            case .insert(let offset, _, _): added.insert(news.lowerBound + offset)
            }
        }
        for index in olds where !removed.contains(index) { isKept.old[index] = true }
        for index in news where !added.contains(index) { isKept.new[index] = true }
    }

    /// The words that both stretches have exactly once, as many of them as stand in the same order in both.
    private func anchors(_ olds: Range<Int>, _ news: Range<Int>) -> [(old: Int, new: Int)] {
        let (onlyOld, onlyNew) = (Self.places(old, olds), Self.places(new, news))
        let pairs = olds.compactMap { index in
            onlyOld[old[index]] == index
                ? onlyNew[old[index]].flatMap { $0 < 0 ? nil : (old: index, new: $0) } : nil
        }
        return Self.increasing(pairs)
    }

    /// The place of each word that stands once in a stretch, and -1 for the others.
    private static func places(_ words: Words, _ range: Range<Int>) -> [Substring: Int] {
        range.reduce(into: [:]) { places, index in
            places[words[index]] = places[words[index]] == nil ? index : -1
        }
    }

    /// A longest part of the pairs, which are ordered by their old place, that is ordered by the new one as well.
    private static func increasing(_ pairs: [(old: Int, new: Int)]) -> [(old: Int, new: Int)] {
        // For each length, the pair that ends such a part with the least new place; and for each pair the one before it.
        var ends: [Int] = []
        var before = Array(repeating: -1, count: pairs.count)
        for index in pairs.indices {
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if pairs[ends[middle]].new < pairs[index].new { low = middle + 1 } else { high = middle }
            }
            if low > 0 { before[index] = ends[low - 1] }
            if low == ends.count { ends.append(index) } else { ends[low] = index }
        }
        var part: [(old: Int, new: Int)] = []
        var next = ends.last ?? -1
        while next >= 0 {
            part.append(pairs[next])
            next = before[next]
        }
        return part.reversed()
    }

    // MARK: Pieces

    private var pieces: [Piece] {
        var pieces: [Piece] = []
        var (same, removed, added) = ("", "", "")
        func flush() {
            if !removed.isEmpty { pieces.append(.removed(removed)) }
            if !added.isEmpty { pieces.append(.added(added)) }
            (removed, added) = ("", "")
        }
        /// A space between two changes belongs to both, so that they read as one.
        func bridge() {
            guard !same.isEmpty else { return }
            if !removed.isEmpty, !added.isEmpty {
                removed += same
                added += same
            } else {
                flush()
                pieces.append(.same(same))
            }
            same = ""
        }
        var (oldIndex, newIndex) = (0, 0)
        while oldIndex < old.count || newIndex < new.count {
            if oldIndex < old.count, !isKept.old[oldIndex] {
                bridge()
                removed += old[oldIndex]
                oldIndex += 1
            } else if newIndex < new.count, !isKept.new[newIndex] {
                bridge()
                added += new[newIndex]
                newIndex += 1
            } else {
                if !same.isEmpty || !Self.isSpace(new[newIndex]) { flush() }
                same += new[newIndex]
                (oldIndex, newIndex) = (oldIndex + 1, newIndex + 1)
            }
        }
        flush()
        if !same.isEmpty { pieces.append(.same(same)) }
        return pieces
    }

    private static func isSpace(_ word: Substring) -> Bool { word == " " }
}
