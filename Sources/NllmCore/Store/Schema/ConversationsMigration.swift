extension Migrations {
    static let conversations = """
        -- What is sent in place of `text`, which is then only the last of it: messages with their roles, or the user's
        -- turns in their order.
        ALTER TABLE prompts ADD COLUMN messages TEXT CHECK (messages IS NULL OR json_valid(messages));
        ALTER TABLE prompts ADD COLUMN turns TEXT CHECK (turns IS NULL OR json_valid(turns));
        -- The answers to the turns before the one that `text` answers, an array of texts.
        ALTER TABLE answers ADD COLUMN earlier TEXT CHECK (earlier IS NULL OR json_valid(earlier));

        -- Attachments that stood in messages, each once a run; `messages` have their digests.
        CREATE TABLE contents (
            id INTEGER PRIMARY KEY,
            run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            sha256 TEXT NOT NULL,
            content BLOB NOT NULL,
            UNIQUE (run_id, sha256)
        ) STRICT;
        CREATE INDEX conversations ON prompts (run_id) WHERE messages IS NOT NULL OR turns IS NOT NULL;

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
            prompts.metadata, prompts.vars, prompts.messages, prompts.turns, answers.earlier
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
