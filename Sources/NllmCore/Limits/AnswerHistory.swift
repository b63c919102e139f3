/// What a model's last answers took, compared with what their requests let expect.
struct AnswerHistory: Sendable, Equatable {
    /// One answer and its request.
    struct Answer: Sendable, Equatable {
        /// Bytes of text in the request.
        var bytes: Int
        /// Tokens of the request; nil if the provider did not report them.
        var input: Int?
        /// Tokens of the answer.
        var output: Int
    }

    /// Fewer answers say too little.
    static let least = 3
    /// More answers say nothing new.
    static let most = 100

    /// The number of answers.
    let count: Int
    /// By how much the input tokens differ from ``expectedInput(bytes:cells:)``, as a factor; nil if unknown.
    let inputFactor: Double?
    /// The mean and the standard deviation of the tokens in an answer.
    let outputMean: Double
    let outputDeviation: Double

    /// - Parameter answers: the last answers; nil is the result if there are too few.
    init?(_ answers: [Answer]) {
        guard answers.count >= Self.least else { return nil }
        count = answers.count
        let outputs = answers.map { Double($0.output) }
        let mean = outputs.reduce(0, +) / Double(count)
        outputMean = mean
        outputDeviation = (outputs.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(count - 1)).squareRoot()
        let reported = answers.filter { $0.input != nil }
        let expected = Self.expectedInput(bytes: reported.map(\.bytes).reduce(0, +), cells: reported.count)
        inputFactor = reported.isEmpty ? nil : Double(reported.compactMap(\.input).reduce(0, +)) / expected
    }

    /// The tokens of requests with this many bytes, where nothing is known about the model.
    static func expectedInput(bytes: Int, cells: Int) -> Double { Double(bytes) / 3.5 + Double(cells) * 8 }
}
