extension Migrations {
    static let argumentsAndCosts = """
        -- Where 1, the run's arguments hold the prompt: nothing goes to standard input, and `text` only describes it.
        ALTER TABLE prompts ADD COLUMN in_arguments INTEGER NOT NULL DEFAULT 0 CHECK (in_arguments IN (0, 1));
        ALTER TABLE models ADD COLUMN system TEXT;
        ALTER TABLE models ADD COLUMN arguments TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(arguments));
        -- What tokens cost, as known when the run was enqueued.
        ALTER TABLE models ADD COLUMN price TEXT CHECK (price IS NULL OR json_valid(price));
        -- US dollars; null where unknown.
        ALTER TABLE attempts ADD COLUMN cost REAL CHECK (cost >= 0);
        ALTER TABLE counters ADD COLUMN cost REAL CHECK (cost >= 0);

        DROP VIEW failures;
        DROP VIEW results;
        DROP VIEW progress;

        CREATE VIEW results AS
        SELECT runs.name AS run, prompts.name AS prompt_id, models.label AS model, cells.sample, cells.status,
            answers.text, attempts.duration_ms, attempts.exit_code, cells.attempts,
            attempts.tokens_input, attempts.tokens_output, attempts.cost AS cost_estimated,
            attempts.failure_kind, attempts.failure_message, answers.stderr_tail, prompts.text AS prompt,
            strftime('%Y-%m-%dT%H:%M:%fZ', attempts.started_at / 1000.0, 'unixepoch') AS started_at,
            strftime('%Y-%m-%dT%H:%M:%fZ', attempts.finished_at / 1000.0, 'unixepoch') AS finished_at,
            prompts.metadata
        FROM cells
        JOIN runs ON runs.id = cells.run_id
        JOIN prompts ON prompts.id = cells.prompt_id
        JOIN models ON models.id = cells.model_id
        JOIN attempts ON attempts.id = cells.attempt_id
        JOIN answers ON answers.attempt_id = cells.attempt_id
        WHERE cells.live = 1;

        CREATE VIEW failures AS
        SELECT run, prompt_id, model, sample, status, failure_kind, failure_message, attempts, finished_at
        FROM results WHERE status <> 'ok' OR failure_kind IS NOT NULL;

        CREATE VIEW progress AS
        SELECT runs.name AS run, models.label AS model, pending, running, ok, error, timeout, cancelled,
            pending + running + ok + error + timeout + cancelled AS cells, tokens_input, tokens_output,
            counters.cost AS cost_estimated
        FROM counters
        JOIN runs ON runs.id = counters.run_id
        JOIN models ON models.id = counters.model_id
        WHERE models.live = 1
        ORDER BY runs.id, models.position;
        """
}
