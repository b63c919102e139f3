/// How often each word stands in a text, whatever its case.
struct WordBag: Sendable {
    /// What counts as a word.
    enum Words: Sendable {
        /// Runs of letters, digits and their marks, and any other mark alone.
        case runs
        /// What white space separates, without the punctuation of ASCII and the articles, as SQuAD's evaluation counts it.
        case answers
    }

    private var counts: [String: Int] = [:]
    /// The number of words.
    private(set) var count = 0

    init(_ text: String, _ words: Words) {
        switch words {
        case .runs: addRuns(text.lowercased())
        case .answers: addAnswers(text.lowercased())
        }
    }

    /// The share of these words that a text has.
    func recall(_ other: WordBag) -> Double { count == 0 ? 0 : Double(common(other)) / Double(count) }

    /// The harmonic mean of precision and recall.
    func f1(_ other: WordBag) -> Double {
        count + other.count == 0 ? 0 : 2 * Double(common(other)) / Double(count + other.count)
    }

    private func common(_ other: WordBag) -> Int {
        counts.reduce(0) { $0 + min($1.value, other.counts[$1.key] ?? 0) }
    }

    private mutating func add(_ word: String) {
        counts[word, default: 0] += 1
        count += 1
    }

    private mutating func addRuns(_ text: String) {
        var word = ""
        for scalar in text.unicodeScalars {
            if scalar.isWordPart {
                word.unicodeScalars.append(scalar)
                continue
            }
            if !word.isEmpty { add(word) }
            word.removeAll(keepingCapacity: true)
            if !scalar.isSpace { add(String(scalar)) }
        }
        if !word.isEmpty { add(word) }
    }

    private mutating func addAnswers(_ text: String) {
        var word = ""
        func isWord() -> Bool { !word.isEmpty && word != "a" && word != "an" && word != "the" }
        for scalar in text.unicodeScalars {
            if scalar.isSpace {
                if isWord() { add(word) }
                word.removeAll(keepingCapacity: true)
            } else if !scalar.isASCIIPunctuation {
                word.unicodeScalars.append(scalar)
            }
        }
        if isWord() { add(word) }
    }
}
