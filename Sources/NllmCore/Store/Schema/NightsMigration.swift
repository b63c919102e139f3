extension Migrations {
    static let nights = """
        -- Runs whose answers are held against a gate, a history or a judge when their last cell has ended.
        CREATE TABLE evaluations (
            run_id INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
            -- The history that the run belongs to as a night.
            series TEXT,
            settings TEXT NOT NULL CHECK (json_valid(settings)),
            -- What was found; NULL while there is more to do.
            result TEXT CHECK (result IS NULL OR json_valid(result)),
            -- Whether all gates hold; NULL without gates.
            passed INTEGER CHECK (passed IN (0, 1)),
            regressed INTEGER CHECK (regressed IN (0, 1)),
            -- Whether a later night of the series began before this one was done.
            replaced INTEGER NOT NULL DEFAULT 0 CHECK (replaced IN (0, 1)),
            evaluated_at INTEGER,
            CHECK ((result IS NULL) = (evaluated_at IS NULL))
        ) STRICT;
        CREATE INDEX evaluations_of_series ON evaluations (series, run_id) WHERE series IS NOT NULL;
        CREATE INDEX open_evaluations ON evaluations (run_id) WHERE evaluated_at IS NULL;

        -- Nights that were taken as the new normal: as a whole, with an empty prompt, or for one prompt.
        CREATE TABLE acceptances (
            run_id INTEGER NOT NULL REFERENCES evaluations (run_id) ON DELETE CASCADE,
            prompt TEXT NOT NULL,
            accepted_at INTEGER NOT NULL,
            PRIMARY KEY (run_id, prompt)
        ) STRICT, WITHOUT ROWID;

        -- A run of requests on behalf of another run's answers, which no list shows.
        ALTER TABLE runs ADD COLUMN parent_id INTEGER REFERENCES runs (id) ON DELETE CASCADE;
        ALTER TABLE runs ADD COLUMN purpose TEXT CHECK (purpose IN ('judging', 'confirming'));
        CREATE UNIQUE INDEX companions ON runs (parent_id, purpose) WHERE parent_id IS NOT NULL;

        -- When a run's answers were removed, of which only the scores are kept.
        ALTER TABLE runs ADD COLUMN answers_removed_at INTEGER;

        -- An answer that is scored without asking a model.
        ALTER TABLE prompts ADD COLUMN given_answer TEXT;
        CREATE INDEX prompts_with_answers ON prompts (run_id) WHERE given_answer IS NOT NULL AND live = 1;

        -- What the provider says of an answer: the model and configuration that gave it, and why it ended.
        ALTER TABLE attempts ADD COLUMN served_model TEXT;
        ALTER TABLE attempts ADD COLUMN served_fingerprint TEXT;
        ALTER TABLE attempts ADD COLUMN finish_reason TEXT;

        -- When an edit last found the cell's request unchanged, and the id that its prompt had before an edit moved it.
        ALTER TABLE cells ADD COLUMN kept_at INTEGER;
        ALTER TABLE cells ADD COLUMN moved_from TEXT;

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
            prompts.metadata, prompts.vars, prompts.messages, prompts.turns, answers.earlier,
            attempts.served_model, attempts.served_fingerprint, attempts.finish_reason
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

        -- Random bytes of this database.
        CREATE TABLE secrets (
            name TEXT PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW nights AS
        SELECT evaluations.series, runs.name AS run, evaluations.passed, evaluations.regressed,
            evaluations.result ->> 'pass_rate' AS pass_rate, evaluations.result ->> 'score' AS score,
            evaluations.result ->> 'errors' AS errors, evaluations.result ->> 'no_verdicts' AS no_verdicts,
            strftime('%Y-%m-%dT%H:%M:%fZ', runs.created_at / 1000.0, 'unixepoch') AS created_at,
            strftime('%Y-%m-%dT%H:%M:%fZ', evaluations.evaluated_at / 1000.0, 'unixepoch') AS evaluated_at,
            evaluations.result
        FROM evaluations JOIN runs ON runs.id = evaluations.run_id
        WHERE evaluations.series IS NOT NULL
        ORDER BY evaluations.series, runs.id;
        """
}
