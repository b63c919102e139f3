internal import FoundationEssentials

extension Claim {
    /// All columns that ``init(_:worker:)`` reads; to be completed with a condition on `cells`.
    static let sql = """
        SELECT cells.id, cells.run_id, cells.key, runs.name AS run_name, runs.created_at AS run_created_at, cells.model_id,
            cells.lease, cells.attempts, cells.tries, cells.sample,
            prompts.name AS prompt, \(PromptColumns.requestOfPrompts), models.label, models.name AS model,
            models.options AS model_options, models.system AS model_system, models.arguments AS model_arguments,
            models.files, models.price, runs.system AS run_system, runs.options AS run_options,
            runs.arguments AS run_arguments, runs.directory, runs.timeout_ms, runs.retries, runs.raw, runs.fail_on,
            runs.purpose
        FROM cells
        JOIN runs ON runs.id = cells.run_id
        JOIN prompts ON prompts.id = cells.prompt_id
        JOIN models ON models.id = cells.model_id
        """

    /// Reads a cell as the worker would receive it, without the failures of earlier attempts.
    init(_ row: any Row, worker: WorkerID) throws {
        cellID = try row.id("id")
        runID = try row.id("run_id")
        runName = try row.text("run_name")
        runCreatedAt = try row.date("run_created_at")
        key = try row.bytes("key")
        modelID = try row.id("model_id")
        workerID = worker
        // Counts the claims, which distinguishes this one from earlier ones.
        lease = try row.int("lease") + 1
        attempts = try row.int("attempts")
        tries = try row.int("tries")
        prompt = try row.text("prompt")
        label = try row.text("label")
        sample = try row.int("sample")
        timeout = Double(try row.int("timeout_ms")) / 1000
        retries = try row.int("retries")
        isJudging = try row.optionalText("purpose") == CompanionPurpose.judging.rawValue
        raw = try row.bool("raw")
        failOn = Set(try row.json("fail_on").stringValues.compactMap(FailureKind.init))
        request = LLMRequest(
            prompt: try Prompt(id: prompt, request: row), model: try ModelVariant(row),
            common: try CommonRequest(row),
            files: RequestFile.files(try row.json("files")))
        price = try row.optionalJSON("price").flatMap { ModelPrices(json: $0).price(of: request) }
    }
}

extension Failure {
    /// Reads the failure of an attempt.
    init(_ row: any Row) throws {
        self.init(
            kind: try row.value("failure_kind"), message: try row.text("failure_message"),
            httpStatus: try row.optionalInt("http_status"),
            retryAfter: try row.optionalDouble("retry_after"))
    }
}

extension ServedAnswer {
    /// Reads what the provider said of an attempt.
    init(_ row: any Row) throws {
        self.init(
            model: try row.optionalText("served_model"), fingerprint: try row.optionalText("served_fingerprint"),
            finishReason: try row.optionalText("finish_reason"))
    }
}

extension ModelVariant {
    /// Reads a model from a row with the column names of a claim.
    init(_ row: any Row) throws {
        self.init(
            label: try row.text("label"), name: try row.text("model"),
            options: try ModelOption.options(row.json("model_options")),
            system: try row.optionalText("model_system"),
            arguments: try row.json("model_arguments").stringValues)
    }
}

extension CommonRequest {
    /// Reads the request common to a run from a row with the column names of a claim.
    init(_ row: any Row) throws {
        self.init(
            options: try ModelOption.options(row.json("run_options")),
            system: try row.optionalText("run_system"),
            arguments: try row.json("run_arguments").stringValues,
            directory: try row.text("directory"))
    }
}
