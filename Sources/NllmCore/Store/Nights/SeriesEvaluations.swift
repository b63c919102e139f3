extension Store {
    /// The last nights of a series with what was found, oldest first, those without a result among them.
    func evaluations(of series: String, last count: Int) throws(NllmError) -> [StoredEvaluation] {
        try reading {
            try database.rows(
                """
                SELECT runs.*, series, evaluations.settings AS evaluation_settings, replaced, result
                FROM evaluations JOIN runs ON runs.id = evaluations.run_id
                WHERE series = ? AND removing = 0 ORDER BY runs.id DESC LIMIT ?
                """, series, count
            ) { try StoredEvaluation($0, in: folder) }
        }.reversed()
    }

    /// The number of nights of a series.
    func nightCount(of series: String) throws(NllmError) -> Int {
        try reading {
            try database.row(
                """
                SELECT count(*) AS n FROM evaluations JOIN runs ON runs.id = evaluations.run_id
                WHERE series = ? AND removing = 0
                """, series, read: { try $0.int("n") }) ?? 0
        }
    }
}
