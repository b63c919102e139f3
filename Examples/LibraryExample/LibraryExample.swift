import NllmCore

/// Uses each part of NllmCore: `prompt MODEL …`, `batch FILE MODEL …`, `again RUN`, `preview MODEL …`,
/// `watch MODEL …`.
@main
struct LibraryExample {
    static func main() async {
        let words = CommandLine.arguments.dropFirst()
        do {
            switch words.first {
            case "prompt": try await prompt(models: Array(words.dropFirst()))
            case "batch": try await batch(file: words.dropFirst().first ?? "-", models: Array(words.dropFirst(2)))
            case "again": try await again(run: words.dropFirst().first ?? "nightly")
            case "preview": try await preview(models: Array(words.dropFirst()))
            case "watch": try await watch(models: Array(words.dropFirst()))
            default: print("usage: LibraryExample prompt|batch FILE|again RUN|preview|watch [MODEL ...]")
            }
        } catch {
            print("error: \(error)")
        }
    }

    /// Sends one prompt to models; nothing is kept.
    static func prompt(models: [String]) async throws {
        let options = NllmOptions(models: models)
        let results = try await Nllm.run("Why is the sky blue?", options: options)
        print("\(results.successCount) of \(results.totalCount) cells have an answer")
        for model in results.successfulModels {
            if let result = results.result(for: model) { print("\(model): \(result.text)") }
        }
        for model in results.failedModels {
            print("\(model) failed: \(results.result(for: model)?.failureMessage ?? "")")
        }
        print("exit code \(results.exitCode), folder \(results.folder ?? "removed")")
    }

    /// Enqueues the prompts of a file, works on them, and rewrites the folder of results.
    static func batch(file: String, models: [String]) async throws {
        var options = NllmOptions(models: models)
        options.outdir = "answers"
        options.run = "nightly"
        let report = try await Nllm.enqueue(sources: [file], options: options)
        print("\(report.cells) cells in \(report.run)")
        let summary = try await Nllm.work(runs: [report.run], options: options)
        for progress in summary.runs { print("\(progress.run.name) is \(progress.state)") }
        print(try await Nllm.export(report.run, options: options))
    }

    /// Requeues what failed in a run and resumes its models, then cancels what is pending.
    static func again(run: String) async throws {
        var options = NllmOptions()
        options.outdir = "answers"
        print("\(try await Nllm.retry(run, options: options)) requeued")
        print("\(try await Nllm.resume(run, options: options).count) models resumed")
        print("\(try await Nllm.cancel(run, options: options)) cancelled")
    }

    /// Prints what would run.
    static func preview(models: [String]) async throws {
        var options = NllmOptions(models: models)
        options.input = "The sky is blue."
        let preview = try await Nllm.preview(["Is this true?"], options: options)
        for cell in preview.cells { print(cell.text) }
    }

    /// Prints an answer as it arrives, and stops after its first line.
    static func watch(models: [String]) async throws {
        let (events, send) = AsyncStream.makeStream(of: WorkEvent.self)
        var options = NllmOptions(models: models)
        options.observe = { send.yield($0) }
        options.grace = 0
        let task = Task { [options] in
            defer { send.finish() }
            return try await Nllm.run("Tell me a long story", options: options)
        }
        for await event in events {
            guard case .line(let model, _, _, _, let text) = event else { continue }
            print("\(model): \(text)")
            task.cancel()
        }
        let results = try await task.value
        print("\(results.results.count) of \(results.totalCount) cells have ended")
    }
}
