extension EnqueueTransaction {
    /// A model's row, with its request.
    struct KnownModel {
        var id: ModelID
        var planned: PlannedModel
    }

    /// Creates the rows of the plan's models, in order.
    func insertModels(_ runID: RunID, samples: Int) throws -> [KnownModel] {
        try database.run("UPDATE models SET live = 0 WHERE run_id = ? AND live = 1", runID)
        // Samples after the first have file names of their own, which must not be those of another model.
        let files = FileName.distinct(plan.models.map(\.variant.label)) { name in
            (1...samples).map { RunFolder.name(model: name, sample: $0) }
        }
        return try zip(plan.models, files).enumerated().map { position, pair in
            let (planned, file) = pair
            return KnownModel(
                id: try insert(planned, runID: runID, position: position, file: file), planned: planned)
        }
    }

    /// Makes a model the only judge of a run's answers.
    func insert(judge: PlannedModel, of runID: RunID) throws {
        let companion = try database.makeCompanion(of: runID, .judging, now: plan.createdAt)
        try database.run("UPDATE models SET live = 0 WHERE run_id = ? AND live = 1", companion)
        _ = try insert(judge, runID: companion, position: 0, file: "judge")
    }

    /// Creates the model's row, or reuses the one with the same request.
    private func insert(_ planned: PlannedModel, runID: RunID, position: Int, file: String) throws -> ModelID {
        let model = planned.variant
        let options = ModelOption.json(model.options)
        let arguments = JSONValue.strings(model.arguments)
        let files = JSONValue.array(planned.files.map(\.json))
        let price = planned.prices.json
        let same: ModelID? = try database.row(
            """
            SELECT id FROM models WHERE run_id = ? AND label = ? AND name = ? AND options = ? AND system IS ?
                AND arguments = ? ORDER BY id DESC
            """, runID, model.label, model.name, options, model.system, arguments, read: { try $0.id("id") })
        if let same {
            try database.run(
                "UPDATE models SET live = 1, position = ?, file = ?, files = ?, price = ? WHERE id = ?", position, file,
                files, price, same)
            return same
        }
        let id: ModelID = try database.insert(
            """
            INSERT INTO models (run_id, position, label, name, options, system, arguments, files, price, file)
            VALUES (:run, :position, :label, :name, :options, :system, :arguments, :files, :price, :file) RETURNING id
            """,
            named: [
                "run": runID, "position": position, "label": model.label, "name": model.name, "options": options,
                "system": model.system, "arguments": arguments, "files": files, "price": price, "file": file,
            ])
        try database.run("INSERT INTO counters (model_id, run_id) VALUES (?, ?)", id, runID)
        return id
    }

    /// Notes with the prices which options of cells have none; a model without any price needs no such note.
    func note(_ options: Set<PricedOptions>, of model: KnownModel) throws {
        var prices = model.planned.prices
        guard !prices.isEmpty else { return }
        for options in options { prices.note(options) }
        guard prices != model.planned.prices else { return }
        try database.run("UPDATE models SET price = ? WHERE id = ?", prices.json, model.id)
    }
}
