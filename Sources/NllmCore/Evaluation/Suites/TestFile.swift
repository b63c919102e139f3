/// A file of tests, which is read test by test if its format allows it.
struct TestFile: Sendable {
    enum Format: Sendable {
        case table, lines, document
    }

    let file: SuiteFile
    let format: Format

    /// The file that a text names, with or without `file://`; nil, and a problem, if it is not read.
    init?(_ text: String, at place: InputPlace, _ files: SuiteFiles, _ problems: SuiteProblems) {
        let name = text.hasPrefix(SuiteFiles.scheme) ? String(text.dropFirst(SuiteFiles.scheme.count)) : text
        if name.contains("://") {
            problems.report(place, "`\(name)` is not fetched; save it as CSV or JSON lines, and write file://PATH")
            return nil
        }
        let ending = AbsolutePath.ending(name)
        guard let file = files.file(text, at: place, problems) else { return nil }
        switch ending {
        case "csv", "tsv": format = .table
        case "jsonl", "ndjson": format = .lines
        case "json", "yaml", "yml": format = .document
        default:
            let excel = ["xlsx", "xls", "ods"].contains(ending) ? "; save it as CSV" : ""
            problems.report(place, "`\(name)`: tests are read from .csv, .tsv, .jsonl, .json, .yaml and .yml\(excel)")
            return nil
        }
        self.file = file
    }

    /// Reads all tests.
    ///
    /// - Parameters:
    ///   - reader: how tests are read; what is wrong goes to its problems.
    ///   - take: takes a test.
    /// - Throws: what `take` throws.
    func forEachTest(_ reader: SuiteTestReader, _ take: (SuiteTest) throws -> Void) throws {
        // An error of the body is none of this file, whatever its type.
        func body(_ test: SuiteTest) throws {
            do { try take(test) } catch { throw Passed(error: error) }
        }
        do {
            switch format {
            case .table:
                var table = TestTable(file, try file.input(), reader)
                try table.forEachTest(body)
            case .lines: try forEachLine(reader, body)
            case .document: try forEachElement(reader, body)
            }
        } catch let passed as Passed {
            throw passed.error
        } catch let problem as InputProblem {
            reader.problems.report(problem)
        } catch let error as FileError {
            reader.problems.report(file.problem(error))
        }
    }

    private struct Passed: Error {
        var error: any Error
    }

    private func forEachLine(_ reader: SuiteTestReader, _ body: (SuiteTest) throws -> Void) throws {
        var lines = LineReader(try file.input())
        var number = 0
        while let line = try lines.next() {
            number += 1
            let place = InputPlace(file: file.name, line: number)
            guard case .bytes(let bytes) = line else {
                reader.problems.report(place, "the line is over \(LineReader.lineLimit >> 20) MB")
                continue
            }
            guard !bytes.allSatisfy({ $0 <= 0x20 }) else { continue }
            let json: JSONValue
            do throws(JSONError) {
                json = try JSONParser.parse(bytes)
            } catch {
                let isText = String(validating: bytes, as: UTF8.self) != nil
                reader.problems.report(place, isText ? "not JSON: \(error.message)" : "not valid UTF-8")
                continue
            }
            if let name = json.repeatedName {
                reader.problems.report(place, "duplicate key `\(name)`; keep one of them")
            } else if let test = reader.test(SuiteNode(json, at: place)) {
                try body(test)
            }
        }
    }

    private func forEachElement(_ reader: SuiteTestReader, _ body: (SuiteTest) throws -> Void) throws {
        guard let root = try file.document() else {
            return reader.problems.report(InputPlace(file: file.name), "no tests; write a list of tests")
        }
        let nodes = if case .list(let nodes) = root.content { nodes } else { [root] }
        for node in nodes {
            if let test = reader.test(node) { try body(test) }
        }
    }
}

extension JSONValue {
    /// A name that stands twice in an object, at any depth.
    fileprivate var repeatedName: String? {
        switch self {
        case .array(let elements): return elements.lazy.compactMap(\.repeatedName).first
        case .object(let members):
            var names: Set<String> = []
            for member in members {
                if !names.insert(member.name).inserted { return member.name }
                if let name = member.value.repeatedName { return name }
            }
            return nil
        default: return nil
        }
    }
}
