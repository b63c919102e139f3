extension Migrations {
    static let results = """
        -- The version of the artifacts' format, and which of them are written.
        ALTER TABLE runs ADD COLUMN schema_version INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE runs ADD COLUMN files TEXT NOT NULL DEFAULT 'all'
            CHECK (files = 'all' OR files = 'jsonl' OR files = 'none');

        DROP VIEW failures;
        DROP VIEW results;

        -- Since version 2 without the line break that llm adds to an answer; in bytes, because text functions stop at
        -- NUL.
        CREATE VIEW results AS
        SELECT runs.name AS run, prompts.name AS prompt_id, models.label AS model, cells.sample, cells.status,
            CASE WHEN runs.schema_version > 1 AND attempts.exit_code = 0
                    AND substr(CAST(answers.text AS BLOB), -1) = x'0A'
                THEN CAST(substr(CAST(answers.text AS BLOB), 1, length(CAST(answers.text AS BLOB)) - 1) AS TEXT)
                ELSE answers.text END AS text,
            attempts.duration_ms, attempts.exit_code, cells.attempts,
            attempts.tokens_input, attempts.tokens_output, attempts.cost AS cost_estimated,
            attempts.failure_kind, attempts.failure_message, answers.stderr_tail, prompts.text AS prompt,
            strftime('%Y-%m-%dT%H:%M:%fZ', attempts.started_at / 1000.0, 'unixepoch') AS started_at,
            strftime('%Y-%m-%dT%H:%M:%fZ', attempts.finished_at / 1000.0, 'unixepoch') AS finished_at,
            prompts.metadata, prompts.vars
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
        """
}
