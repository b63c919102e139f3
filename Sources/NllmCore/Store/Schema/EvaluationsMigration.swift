extension Migrations {
    static let evaluations = """
        -- What answers are checked against, as a JSON object with `assert`; equal ones are stored once.
        CREATE TABLE gradings (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL UNIQUE,
            content TEXT NOT NULL CHECK (json_valid(content))
        ) STRICT;

        ALTER TABLE prompts ADD COLUMN grading_id INTEGER REFERENCES gradings (id);
        CREATE INDEX graded_prompts ON prompts (run_id) WHERE grading_id IS NOT NULL;

        -- What assertions said about an answer. Earlier ones are kept; that of a cell is the latest one.
        CREATE TABLE grades (
            id INTEGER PRIMARY KEY,
            run_id INTEGER NOT NULL REFERENCES runs (id),
            cell_id INTEGER NOT NULL REFERENCES cells (id),
            attempt_id INTEGER NOT NULL REFERENCES attempts (id),
            grading_id INTEGER NOT NULL REFERENCES gradings (id),
            -- From 0 to 1; NULL if nothing was scored.
            score REAL,
            -- NULL: no verdict.
            passed INTEGER CHECK (passed IN (0, 1)),
            -- An array with an object for each assertion.
            verdicts TEXT NOT NULL CHECK (json_valid(verdicts)),
            graded_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX grades_by_cell ON grades (cell_id);

        ALTER TABLE cells ADD COLUMN grade_id INTEGER REFERENCES grades (id);

        CREATE VIEW scores AS
        SELECT runs.name AS run, prompts.name AS prompt_id, models.label AS model, cells.sample, grades.score,
            grades.passed AS pass, grades.verdicts AS asserts,
            strftime('%Y-%m-%dT%H:%M:%fZ', grades.graded_at / 1000.0, 'unixepoch') AS graded_at
        FROM cells
        JOIN grades ON grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id
        JOIN runs ON runs.id = cells.run_id
        JOIN prompts ON prompts.id = cells.prompt_id
        JOIN models ON models.id = cells.model_id
        WHERE cells.live = 1;
        """
}
