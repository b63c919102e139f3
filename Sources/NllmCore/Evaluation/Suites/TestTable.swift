/// Tests in CSV or TSV, one a row: a column is a variable, and promptfoo's columns `__expected`, … say the rest.
struct TestTable {
    private let file: SuiteFile
    private let input: TextInput
    private let reader: SuiteTestReader
    private var columns: [TestColumn] = []

    init(_ file: SuiteFile, _ input: TextInput, _ reader: SuiteTestReader) {
        (self.file, self.input, self.reader) = (file, input, reader)
    }

    private var problems: SuiteProblems { reader.problems }

    /// Reads all rows.
    mutating func forEachTest(_ body: (SuiteTest) throws -> Void) throws {
        let dialect = Dialect(of: try input.beginning(Dialect.size), ending: file.ending == "tsv" ? .tabs : .delimited)
        var rows = DelimitedText(input, delimiter: dialect.delimiter)
        if dialect.isNamed { _ = try rows.next() }
        while true {
            do {
                guard let row = try rows.next() else { break }
                guard !row.isBlank else { continue }
                if columns.isEmpty {
                    guard takeHeader(row) else { return }
                } else if let test = test(row) {
                    try body(test)
                }
            } catch let flaw as DelimitedText.Flaw {
                problems.report(InputPlace(file: file.name, line: flaw.line), flaw.message)
                guard flaw.isLocal, !columns.isEmpty else { return }
            }
        }
        if columns.isEmpty { problems.report(InputPlace(file: file.name), "empty; the first row names the variables") }
    }

    /// Takes the names of the columns; false if something is wrong with them.
    private mutating func takeHeader(_ row: DelimitedText.Row) -> Bool {
        let place = InputPlace(file: file.name, line: row.line)
        let before = problems.count
        var names: [String] = []
        for (index, cell) in row.cells.enumerated() {
            guard let name = String(validating: row.text(cell), as: UTF8.self)?.trimmed else {
                problems.report(place, "not valid UTF-8; save the file as UTF-8")
                return false
            }
            if name.isEmpty {
                problems.report(place, "column \(index + 1) has no name")
            } else if names.contains(name) {
                problems.report(place, "two columns are called `\(name)`")
            }
            names.append(name)
            do throws(AssertionProblem) {
                columns.append(try TestColumn(name))
            } catch {
                problems.report(place, error.message)
            }
        }
        return problems.count == before
    }

    private func test(_ row: DelimitedText.Row) -> SuiteTest? {
        let place = InputPlace(file: file.name, line: row.line)
        guard row.cells.count <= columns.count else {
            problems.report(place, "\(row.cells.count) cells, but the first row names \(columns.count) columns")
            return nil
        }
        var cells: [(TestColumn, String)] = []
        for (index, column) in columns.enumerated() {
            // A row that ends early has empty cells behind its end.
            guard index < row.cells.count else {
                cells.append((column, ""))
                continue
            }
            guard let text = String(validating: row.text(row.cells[index]), as: UTF8.self) else {
                problems.report(place, "not valid UTF-8; save the file as UTF-8")
                return nil
            }
            cells.append((column, text))
        }
        let before = problems.count
        var test = SuiteTest(place: place)
        for (column, text) in cells { take(text, column, into: &test) }
        do throws(AssertionProblem) {
            test.assertions = try assertions(cells, place)
        } catch {
            problems.report(place, error.message)
        }
        return problems.count == before ? test : nil
    }

    private func take(_ text: String, _ column: TestColumn, into test: inout SuiteTest) {
        if case .variable(let name) = column {
            return test.variables.append(.init(name, reader.variable(.string(text), at: test.place)))
        }
        // An empty cell says nothing.
        guard !text.isEmpty else { return }
        switch column {
        case .description: test.description = text
        case .prefix: test.prefix = template(text, test.place)
        case .suffix: test.suffix = template(text, test.place)
        case .answer: test.answer = text
        case .metadata(let key, let isList):
            test.metadata.append(.init(key, isList ? .strings(Self.list(text)) : .string(text)))
        case .threshold:
            test.threshold = Double(text)
            if !(test.threshold.map((0...1).contains) ?? false) {
                problems.report(test.place, "`__threshold` is `\(text)` but must be a number from 0 to 1")
            }
        case .variable, .expected, .expectedThreshold, .metric: break
        }
    }

    private func template(_ text: String, _ place: InputPlace) -> String {
        _ = SuiteTemplate.template(text, at: place, problems)
        return text
    }

    /// Texts that commas separate, where `\,` is a comma.
    private static func list(_ text: String) -> [String] {
        var (list, item, isEscaped) = ([String](), "", false)
        for character in text {
            switch character {
            case "\\" where !isEscaped: isEscaped = true
            case "," where !isEscaped:
                list.append(item.trimmed)
                item = ""
            default:
                if isEscaped, character != "," { item.append("\\") }
                item.append(character)
                isEscaped = false
            }
        }
        return list + [item.trimmed]
    }

    private func assertions(
        _ cells: [(TestColumn, String)], _ place: InputPlace
    ) throws(AssertionProblem) -> [SuiteAssertion] {
        // Those of all assertions have number 0.
        var thresholds: [Int: Double] = [:]
        var metric: String?
        for (column, text) in cells where !text.isEmpty {
            if case .metric = column { metric = text }
            guard case .expectedThreshold(let number) = column else { continue }
            guard let threshold = Double(text), threshold.isFinite, threshold >= 0 else {
                throw AssertionProblem("a threshold is `\(text)` but must be a number from 0 on")
            }
            thresholds[number ?? 0] = threshold
        }
        var assertions: [SuiteAssertion] = []
        var used: Set<Int> = []
        for (column, text) in cells where !text.isEmpty {
            guard case .expected(let number) = column else { continue }
            var assertion = try Assertion(text: text)
            for number in [number, 0].compactMap(\.self) {
                guard let threshold = thresholds[number] else { continue }
                assertion.threshold = threshold
                used.insert(number)
                break
            }
            if let metric { assertion.metric = metric }
            assertion = try Assertion(json: assertion.json)
            if assertion.type == .command, !reader.context.allowsCommands {
                problems.refuse(place, "`command` runs a program; if you trust it, add --allow-commands")
            }
            if assertion.type == .command { assertion.value = assertion.value.map(reader.context.files.program) }
            assertions.append(SuiteAssertion(assertion: assertion, place: place))
        }
        for number in thresholds.keys where !used.contains(number) {
            throw AssertionProblem("a threshold for `__expected\(number == 0 ? "" : String(number))`, which is empty")
        }
        if metric != nil, assertions.isEmpty { throw AssertionProblem("`__metric` without `__expected`") }
        return assertions
    }
}
