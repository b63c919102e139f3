import Foundation
import Testing

/// What `config show` prints.
enum ShownConfiguration {
    /// Where nothing is configured.
    static let nothing = """
        models: null  # default
        defaults:
          timeout: 600  # default
          retries: 3  # default
          stream: null  # default
          outdir: "./nllm-runs"  # default
        batch:
          concurrency: 4  # default
          executor: "auto"  # default
          grace: 10  # default
          max_memory: null  # default
          max_answer: 16  # default
          samples: 1  # default
          system: null  # default
          raw: false  # default
          files: "all"  # default
          db: "nllm-runs/batch.db"  # default
          resume_within: 72000  # default
          prices: null  # default
          check: true  # default
          rpm: null  # default
          tpm: null  # default
          max_wait: 300  # default
          max_cost: null  # default
          max_tokens_total: null  # default
          budget_window: null  # default
          fail_on: null  # default
          cache: null  # default
          priority: 0  # default
          private: false  # default
          trusted_folders: null  # default
          limits: {}  # default
        costs: {}  # default

        """
}

extension Batch {
    /// Runs a command and expects that it succeeds and prints this alone.
    func expect(
        _ arguments: String..., environment: [String: String] = [:], prints expected: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await run(arguments, environment: environment).expectSuccess(sourceLocation: sourceLocation)
        #expect(result.err == "", sourceLocation: sourceLocation)
        #expect(result.out == expected, sourceLocation: sourceLocation)
    }
}
