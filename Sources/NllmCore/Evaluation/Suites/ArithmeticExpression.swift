/// An expression of numbers, names, `+`, `-`, `*`, `/` and parentheses.
struct ArithmeticExpression: Sendable, Equatable {
    /// Steps for a stack of values, so that depth needs no calls.
    private enum Step: Sendable, Equatable {
        case number(Double)
        case name(String)
        case negate
        case apply(Character)
    }

    /// The expression as it was written.
    let text: String
    private var steps: [Step] = []

    private static let lengthLimit = 10_000

    /// - Throws: what is wrong with the text, starting in lower case.
    init(_ text: String) throws(ArithmeticProblem) {
        guard text.utf8.count <= Self.lengthLimit else { throw ArithmeticProblem("it is too long") }
        self.text = text
        var parser = Parser(rest: text[...])
        steps = try parser.steps()
    }

    /// The names in it, in their order.
    var names: [String] {
        steps.compactMap { step in
            guard case .name(let name) = step else { return nil }
            return name
        }
    }

    /// Its value.
    ///
    /// - Parameter value: the value of a name; nil if there is none.
    /// - Returns: nil where a value is missing or the result is not a finite number.
    func value(_ value: (String) -> Double?) -> Double? {
        var stack: [Double] = []
        for step in steps {
            switch step {
            case .number(let number): stack.append(number)
            case .name(let name):
                guard let number = value(name) else { return nil }
                stack.append(number)
            case .negate: stack.append(-(stack.popLast() ?? 0))
            case .apply(let sign):
                let (right, left) = (stack.popLast() ?? 0, stack.popLast() ?? 0)
                stack.append(Self.result(left, sign, right))
            }
        }
        return stack.last.flatMap { $0.isFinite ? $0 : nil }
    }

    private static func result(_ left: Double, _ sign: Character, _ right: Double) -> Double {
        switch sign {
        case "+": left + right
        case "-": left - right
        case "*": left * right
        default: left / right
        }
    }

    /// Orders the steps by Dijkstra's shunting yard.
    private struct Parser {
        private enum Waiting: Equatable {
            case sign(Character)
            case minus
            case parenthesis

            /// How strongly it binds.
            var strength: Int {
                switch self {
                case .parenthesis: 0
                case .sign("+"), .sign("-"): 1
                case .sign: 2
                case .minus: 3
                }
            }
        }

        var rest: Substring
        private var output: [Step] = []
        private var waiting: [Waiting] = []

        init(rest: Substring) { self.rest = rest }

        mutating func steps() throws(ArithmeticProblem) -> [Step] {
            var needsValue = true
            while let next = nextCharacter() {
                needsValue = try needsValue ? takeValue(next) : takeSign(next)
            }
            guard !needsValue else { throw ArithmeticProblem("it ends where a number or a metric is expected") }
            while let last = waiting.popLast() {
                guard last != .parenthesis else { throw ArithmeticProblem("`(` without `)`") }
                put(last)
            }
            return output
        }

        private mutating func nextCharacter() -> Character? {
            rest = rest.drop { $0.isWhitespace }
            return rest.first
        }

        /// Takes a number, a name, or what may stand before one; whether a value is still needed.
        private mutating func takeValue(_ next: Character) throws(ArithmeticProblem) -> Bool {
            if next == "(" || next == "-" || next == "+" {
                rest.removeFirst()
                if next != "+" { waiting.append(next == "(" ? .parenthesis : .minus) }
                return true
            }
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
            guard !word.isEmpty else { throw ArithmeticProblem("`\(next)` where a number or a metric is expected") }
            rest = rest[word.endIndex...]
            guard word.first?.isNumber == true || word.first == "." else {
                output.append(.name(String(word)))
                return false
            }
            guard let number = Double(word) else { throw ArithmeticProblem("`\(word)` is no number") }
            output.append(.number(number))
            return false
        }

        /// Takes what stands behind a value; whether another value is needed then.
        private mutating func takeSign(_ next: Character) throws(ArithmeticProblem) -> Bool {
            rest.removeFirst()
            if next == ")" {
                guard waiting.contains(.parenthesis) else { throw ArithmeticProblem("`)` without `(`") }
                while let last = waiting.popLast(), last != .parenthesis { put(last) }
                return false
            }
            guard "+-*/".contains(next) else {
                throw ArithmeticProblem("`\(next)` where one of `+`, `-`, `*`, `/` is expected")
            }
            let sign = Waiting.sign(next)
            while let last = waiting.last, last.strength >= sign.strength {
                put(last)
                waiting.removeLast()
            }
            waiting.append(sign)
            return true
        }

        private mutating func put(_ waiting: Waiting) {
            switch waiting {
            case .sign(let sign): output.append(.apply(sign))
            case .minus: output.append(.negate)
            case .parenthesis: break
            }
        }
    }
}

/// Why a text is not an arithmetic expression.
struct ArithmeticProblem: Error, Equatable {
    var message: String

    init(_ message: String) { self.message = message }
}
