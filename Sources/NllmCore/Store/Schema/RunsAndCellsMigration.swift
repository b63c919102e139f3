extension Migrations {
    // Times are milliseconds since 1970 in UTC.
    static let runsAndCells = """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL COLLATE NOCASE UNIQUE,
            -- What tells whether a later `run` means the same: directory, sources, models and request settings.
            identity TEXT NOT NULL,
            directory TEXT NOT NULL,
            outdir TEXT NOT NULL,
            raw INTEGER NOT NULL CHECK (raw IN (0, 1)),
            timeout_ms INTEGER NOT NULL CHECK (timeout_ms >= 0),
            retries INTEGER NOT NULL CHECK (retries >= 0),
            paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
            -- Whether cells were put back or taken out after the run was made, so that its folder may hold their files.
            edited INTEGER NOT NULL DEFAULT 0 CHECK (edited IN (0, 1)),
            system TEXT,
            options TEXT NOT NULL CHECK (json_valid(options)),
            arguments TEXT NOT NULL CHECK (json_valid(arguments)),
            manifest TEXT NOT NULL CHECK (json_valid(manifest)),
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            -- When the ordered whole of the artifacts was written after the last cell had ended.
            exported_at INTEGER CHECK (exported_at IS NULL OR finished_at IS NOT NULL),
            -- Results of attempts up to this one stand in results.jsonl.
            written_attempt INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE sources (
            run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            path TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            prompts INTEGER NOT NULL,
            PRIMARY KEY (run_id, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE prompts (
            id INTEGER PRIMARY KEY,
            run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            folder TEXT NOT NULL,
            folder_key TEXT NOT NULL,
            text TEXT NOT NULL CHECK (text <> ''),
            system TEXT,
            schema TEXT,
            options TEXT NOT NULL CHECK (json_valid(options)),
            attachments TEXT NOT NULL CHECK (json_valid(attachments)),
            vars TEXT CHECK (vars IS NULL OR json_valid(vars)),
            expect TEXT CHECK (expect IS NULL OR json_valid(expect)),
            metadata TEXT CHECK (metadata IS NULL OR json_valid(metadata)),
            live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1))
        ) STRICT;
        CREATE UNIQUE INDEX prompts_by_name ON prompts (run_id, name) WHERE live = 1;
        CREATE UNIQUE INDEX prompts_by_folder ON prompts (run_id, folder_key) WHERE live = 1;
        CREATE INDEX prompts_in_order ON prompts (run_id, position) WHERE live = 1;

        CREATE TABLE models (
            id INTEGER PRIMARY KEY,
            run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            label TEXT NOT NULL,
            name TEXT NOT NULL CHECK (name <> ''),
            options TEXT NOT NULL CHECK (json_valid(options)),
            file TEXT NOT NULL,
            live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1))
        ) STRICT;
        CREATE UNIQUE INDEX models_by_label ON models (run_id, label) WHERE live = 1;

        CREATE TABLE workers (
            id INTEGER PRIMARY KEY,
            mark TEXT NOT NULL,
            host TEXT NOT NULL,
            boot TEXT NOT NULL,
            pid INTEGER NOT NULL,
            process_started TEXT NOT NULL,
            registered_at INTEGER NOT NULL,
            heartbeat_at INTEGER NOT NULL,
            ended_at INTEGER
        ) STRICT;
        CREATE INDEX workers_alive ON workers (id) WHERE ended_at IS NULL;

        CREATE TABLE cells (
            id INTEGER PRIMARY KEY,
            run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            prompt_id INTEGER NOT NULL REFERENCES prompts (id),
            model_id INTEGER NOT NULL REFERENCES models (id),
            sample INTEGER NOT NULL CHECK (sample >= 1),
            key BLOB NOT NULL CHECK (length(key) = 32),
            status TEXT NOT NULL DEFAULT 'pending'
                CHECK (status IN ('pending', 'running', 'ok', 'error', 'timeout', 'cancelled')),
            -- 0 for cells that left the run when its prompts were edited; they keep their history.
            live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1)),
            -- Attempts that count, in all and since the cell was last put back by hand.
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            tries INTEGER NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND attempts),
            not_before INTEGER,
            worker_id INTEGER REFERENCES workers (id),
            -- Counts the claims, so that a lease is known from an earlier one of the same worker.
            lease INTEGER NOT NULL DEFAULT 0,
            claimed_at INTEGER,
            -- The attempt that is the result.
            attempt_id INTEGER REFERENCES attempts (id),
            UNIQUE (prompt_id, model_id, sample),
            CHECK ((status = 'running') = (worker_id IS NOT NULL)),
            CHECK ((status = 'running') = (claimed_at IS NOT NULL)),
            CHECK ((status IN ('ok', 'error', 'timeout')) = (attempt_id IS NOT NULL)),
            CHECK (status = 'pending' OR not_before IS NULL),
            CHECK (live = 1 OR status NOT IN ('pending', 'running'))
        ) STRICT;
        CREATE INDEX cells_ready ON cells (run_id, id) WHERE status = 'pending' AND not_before IS NULL;
        CREATE INDEX cells_waiting ON cells (run_id, not_before) WHERE status = 'pending' AND not_before IS NOT NULL;
        CREATE INDEX cells_running ON cells (worker_id, id) WHERE status = 'running';

        CREATE TABLE attempts (
            id INTEGER PRIMARY KEY,
            run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            cell_id INTEGER NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
            -- From 1; null for an interrupted attempt, which does not count.
            number INTEGER CHECK (number >= 1),
            worker_id INTEGER NOT NULL REFERENCES workers (id),
            outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'error', 'timeout', 'interrupted')),
            exit_code INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER NOT NULL,
            duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
            failure_kind TEXT CHECK (failure_kind IN ('rate_limited', 'overloaded', 'server', 'network', 'locked',
                'timeout', 'crashed', 'quota', 'auth', 'model_unknown', 'request', 'truncated', 'filtered', 'empty')),
            failure_message TEXT,
            http_status INTEGER,
            retry_after REAL,
            tokens_input INTEGER,
            tokens_output INTEGER,
            usage_details TEXT CHECK (usage_details IS NULL OR json_valid(usage_details)),
            CHECK ((failure_kind IS NULL) = (failure_message IS NULL))
        ) STRICT;
        CREATE INDEX attempts_of_cell ON attempts (cell_id);
        CREATE INDEX attempts_of_run ON attempts (run_id, id);

        -- What models answered, apart from the cells, so that claiming never reads it.
        CREATE TABLE answers (
            attempt_id INTEGER PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
            text TEXT NOT NULL,
            stderr_tail TEXT NOT NULL,
            command TEXT NOT NULL CHECK (json_valid(command)),
            -- Standard output where `text` does not give back its bytes, and all of standard error: with --raw only.
            stdout BLOB,
            stderr BLOB
        ) STRICT;

        -- A run's live cells by status, kept by triggers, and its tokens over all attempts.
        CREATE TABLE counters (
            model_id INTEGER PRIMARY KEY REFERENCES models (id) ON DELETE CASCADE,
            run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            pending INTEGER NOT NULL DEFAULT 0,
            running INTEGER NOT NULL DEFAULT 0,
            ok INTEGER NOT NULL DEFAULT 0,
            error INTEGER NOT NULL DEFAULT 0,
            timeout INTEGER NOT NULL DEFAULT 0,
            cancelled INTEGER NOT NULL DEFAULT 0,
            tokens_input INTEGER NOT NULL DEFAULT 0,
            tokens_output INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX counters_of_run ON counters (run_id);

        CREATE TRIGGER cells_counted AFTER UPDATE OF status ON cells
        WHEN OLD.live = 1 AND NEW.live = 1 AND OLD.status <> NEW.status
        BEGIN
            UPDATE counters SET
                pending = pending + (NEW.status = 'pending') - (OLD.status = 'pending'),
                running = running + (NEW.status = 'running') - (OLD.status = 'running'),
                ok = ok + (NEW.status = 'ok') - (OLD.status = 'ok'),
                error = error + (NEW.status = 'error') - (OLD.status = 'error'),
                timeout = timeout + (NEW.status = 'timeout') - (OLD.status = 'timeout'),
                cancelled = cancelled + (NEW.status = 'cancelled') - (OLD.status = 'cancelled')
            WHERE model_id = NEW.model_id;
        END;

        CREATE VIEW results AS
        SELECT runs.name AS run, prompts.name AS prompt_id, models.label AS model, cells.sample, cells.status,
            answers.text, attempts.duration_ms, attempts.exit_code, cells.attempts,
            attempts.tokens_input, attempts.tokens_output,
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
            pending + running + ok + error + timeout + cancelled AS cells, tokens_input, tokens_output
        FROM counters
        JOIN runs ON runs.id = counters.run_id
        JOIN models ON models.id = counters.model_id
        WHERE models.live = 1
        ORDER BY runs.id, models.position;
        """
}
