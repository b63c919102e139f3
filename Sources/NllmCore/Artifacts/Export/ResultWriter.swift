/// Writes the results of a run, from one state of the store.
struct ResultWriter {
    let results: ResultReader
    let run: Run
    var selection: CellSelection

    /// Writes them in a format.
    func write(_ format: ResultFormat, to write: ([UInt8]) throws -> Void) throws -> ExportReport {
        switch format {
        case .lines(let columns): try render(LineRenderer(columns: columns), to: write)
        case .rows(let columns): try render(RowRenderer(columns: columns), to: write)
        case .wide(let columns): try render(WideRenderer(answerColumns(columns)), to: write)
        case .joined(let file, let id, let columns): return try join(file, id: id, columns, to: write)
        case .markdown: try render(MarkdownRenderer(run: run.name), to: write)
        case .openAIBatch: return try writeBatch(to: write)
        }
        return ExportReport()
    }

    private func render(_ renderer: some ResultRenderer, to write: ([UInt8]) throws -> Void) throws {
        var renderer = renderer
        try write(renderer.beginning)
        try results.forEachResult(ofRun: run.id, selection) { try write(renderer.add($0)) }
        try write(renderer.end())
    }

    /// The columns of the selected models.
    private func answerColumns(_ columns: [ResultColumn]) throws -> AnswerColumns {
        var models = CellSelection()
        models.models = selection.models
        return AnswerColumns(columns, of: try results.models(ofRun: run.id, models))
    }

    private func writeBatch(to write: ([UInt8]) throws -> Void) throws -> ExportReport {
        let renderer = BatchRenderer(namesModels: try results.models(ofRun: run.id).count > 1)
        guard selection.statuses.isEmpty, selection.failures.isEmpty else {
            try render(renderer, to: write)
            return ExportReport()
        }
        var answered = self
        answered.selection.statuses = [.ok]
        try answered.render(renderer, to: write)
        return ExportReport(failedCells: selection.isWhole ? try results.state(ofRun: run.id).counts.failed : 0)
    }

    private func join(
        _ file: String, id: String?, _ columns: [ResultColumn], to write: ([UInt8]) throws -> Void
    ) throws -> ExportReport {
        if case .array(let arguments)? = run.manifest["cli_args"], arguments.contains(.string("--no-header")) {
            throw NllmError.usage(
                "run \(run.name) was enqueued with --no-header, but --join needs the names of columns")
        }
        do {
            let digest = try FileDigest.hexadecimal(path: file)
            let isUnchanged = try results.state(ofRun: run.id).sources.contains { $0.digest == digest }
            var rows = JoinedRows(file, try answerColumns(columns), isUnchanged: isUnchanged)
            try rows.write(
                idColumn: id, { try results.results(ofPrompt: $0, in: run.id, selection) }, to: write)
            return ExportReport(unmatchedRows: rows.unmatched)
        } catch let flaw as DelimitedText.Flaw {
            let problem = InputProblem(InputPlace(file: file, line: flaw.line), flaw.message)
            throw NllmError.badInput(problems: [problem], count: 1)
        } catch let error as FileError where error.path == file {
            throw NllmError.unreadable(path: file, reason: error.reason)
        }
    }
}
