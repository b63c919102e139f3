extension Migrations {
    static let limits = """
        -- Runs of a higher priority go first.
        ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
        -- Kinds of answers that are not good and count as failures.
        ALTER TABLE runs ADD COLUMN fail_on TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(fail_on));
        -- Answers of this database that are no older are taken in place of a request; null: none.
        ALTER TABLE runs ADD COLUMN cache_ms INTEGER CHECK (cache_ms >= 0);
        CREATE INDEX runs_unfinished ON runs (id) WHERE finished_at IS NULL;

        -- Cells that failed in a row because the model can't be used as things are.
        ALTER TABLE models ADD COLUMN broken_in_row INTEGER NOT NULL DEFAULT 0 CHECK (broken_in_row >= 0);
        -- Why no cell of the model is started any more; null while it is not paused.
        ALTER TABLE models ADD COLUMN paused_kind TEXT CHECK (paused_kind IN ('quota', 'auth', 'model_unknown'));
        ALTER TABLE models ADD COLUMN paused_message TEXT CHECK ((paused_message IS NULL) = (paused_kind IS NULL));
        ALTER TABLE models ADD COLUMN paused_at INTEGER CHECK ((paused_at IS NULL) = (paused_kind IS NULL));
        -- Whether one cell may find out if a paused model can be used again.
        ALTER TABLE models ADD COLUMN probe INTEGER NOT NULL DEFAULT 0
            CHECK (probe = 0 OR probe = 1 AND paused_kind IS NOT NULL);

        -- What a running cell may take at worst, in US dollars and tokens; null where that is unknown.
        ALTER TABLE cells ADD COLUMN reserved_cost REAL CHECK (reserved_cost >= 0);
        ALTER TABLE cells ADD COLUMN reserved_tokens INTEGER CHECK (reserved_tokens >= 0);
        -- Claimed model by model.
        DROP INDEX cells_ready;
        DROP INDEX cells_waiting;
        CREATE INDEX cells_ready ON cells (model_id, id) WHERE status = 'pending' AND not_before IS NULL;
        CREATE INDEX cells_waiting ON cells (model_id, not_before) WHERE status = 'pending' AND not_before IS NOT NULL;

        -- What an attempt may have taken at worst whose usage nobody has told.
        ALTER TABLE attempts ADD COLUMN possible_cost REAL CHECK (possible_cost >= 0);
        ALTER TABLE attempts ADD COLUMN possible_tokens INTEGER CHECK (possible_tokens >= 0);
        -- Where an answer was taken from that was not asked for again.
        ALTER TABLE attempts ADD COLUMN cached_from TEXT CHECK (cached_from IS NULL OR json_valid(cached_from));

        ALTER TABLE counters ADD COLUMN possible_cost REAL NOT NULL DEFAULT 0 CHECK (possible_cost >= 0);
        ALTER TABLE counters ADD COLUMN possible_tokens INTEGER NOT NULL DEFAULT 0 CHECK (possible_tokens >= 0);
        -- The most that one attempt has taken.
        ALTER TABLE counters ADD COLUMN largest_cost REAL CHECK (largest_cost >= 0);
        ALTER TABLE counters ADD COLUMN largest_tokens INTEGER CHECK (largest_tokens >= 0);
        -- Whether an attempt has taken more than was reserved for it.
        ALTER TABLE counters ADD COLUMN overrun INTEGER NOT NULL DEFAULT 0 CHECK (overrun IN (0, 1));

        -- What a worker keeps to: cells at a time, and its budget; null where it has none.
        ALTER TABLE workers ADD COLUMN concurrency INTEGER CHECK (concurrency >= 1);
        ALTER TABLE workers ADD COLUMN max_cost REAL CHECK (max_cost >= 0);
        ALTER TABLE workers ADD COLUMN max_tokens INTEGER CHECK (max_tokens >= 0);
        ALTER TABLE workers ADD COLUMN budget_window_ms INTEGER CHECK (budget_window_ms >= 0);
        -- The ids of the runs that it was given, null for all, and of those whose spending counts against its budget.
        ALTER TABLE workers ADD COLUMN runs TEXT CHECK (runs IS NULL OR json_valid(runs));
        ALTER TABLE workers ADD COLUMN budget_runs TEXT CHECK (budget_runs IS NULL OR json_valid(budget_runs));

        -- The limits of each worker that has not ended; they hold for all.
        CREATE TABLE limits (
            worker_id INTEGER NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('concurrency', 'rpm', 'tpm')),
            -- Cells at a time, or requests or tokens a minute.
            amount REAL NOT NULL CHECK (amount > 0),
            -- The models that share it, `*` at the end for any text; null: all.
            models TEXT CHECK (models IS NULL OR json_valid(models)),
            PRIMARY KEY (worker_id, name, kind)
        ) STRICT, WITHOUT ROWID;

        -- What is left of limits by the minute.
        CREATE TABLE buckets (
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('rpm', 'tpm')),
            level REAL NOT NULL,
            filled_at REAL NOT NULL,
            PRIMARY KEY (name, kind)
        ) STRICT, WITHOUT ROWID;

        -- What was learned of each model from what its provider said, by llm's name for it. Times are seconds since 1970.
        CREATE TABLE throttles (
            model TEXT PRIMARY KEY NOT NULL,
            -- Cells at a time, where that was cut from and when, and how deep.
            allowed REAL NOT NULL CHECK (allowed >= 1),
            peak REAL,
            depth REAL,
            cut_at REAL,
            -- Seconds that an answer takes.
            round_trip REAL,
            -- Requests that were sent in the second since and in the one before.
            sent_since REAL NOT NULL DEFAULT 0,
            sent INTEGER NOT NULL DEFAULT 0,
            sent_before INTEGER NOT NULL DEFAULT 0,
            -- Requests a second that were let through when one was refused, when that was, and how slowly it grows again.
            pace_peak REAL,
            pace_cut_at REAL,
            pace_span REAL,
            -- The pace's bucket.
            level REAL NOT NULL DEFAULT 0,
            filled_at REAL NOT NULL DEFAULT 0,
            -- Until when the provider asked to wait, and in which words.
            held_until REAL,
            held_because TEXT CHECK ((held_because IS NULL) = (held_until IS NULL)),
            active_at REAL NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- What was spent in each minute since 1970, for budgets over a time.
        CREATE TABLE spending (
            minute INTEGER PRIMARY KEY,
            cost REAL NOT NULL CHECK (cost >= 0),
            tokens INTEGER NOT NULL CHECK (tokens >= 0)
        ) STRICT;
        INSERT INTO spending (minute, cost, tokens)
        SELECT finished_at / 60000, sum(ifnull(cost, 0)), sum(ifnull(tokens_input, 0) + ifnull(tokens_output, 0))
        FROM attempts GROUP BY 1;

        UPDATE counters SET largest_cost = largest.cost, largest_tokens = largest.tokens
        FROM (SELECT model_id, max(cost) AS cost, max(tokens_input + tokens_output) AS tokens
            FROM attempts JOIN cells ON cells.id = attempts.cell_id GROUP BY model_id) AS largest
        WHERE counters.model_id = largest.model_id;
        """
}
