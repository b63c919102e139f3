extension Migrations {
    static let refusalsAndClocks = """
        -- A model is paused, too, when its provider refuses everything. A check can't be changed, so the columns are made
        -- anew; the last ones go first, because their checks name the others.
        CREATE TEMP TABLE paused_models AS
        SELECT id, paused_kind, paused_message, paused_at, probe FROM models WHERE paused_kind IS NOT NULL;
        ALTER TABLE models DROP COLUMN probe;
        ALTER TABLE models DROP COLUMN paused_at;
        ALTER TABLE models DROP COLUMN paused_message;
        ALTER TABLE models DROP COLUMN paused_kind;
        ALTER TABLE models ADD COLUMN paused_kind TEXT
            CHECK (paused_kind IN ('quota', 'auth', 'model_unknown', 'rate_limited', 'overloaded'));
        ALTER TABLE models ADD COLUMN paused_message TEXT CHECK ((paused_message IS NULL) = (paused_kind IS NULL));
        ALTER TABLE models ADD COLUMN paused_at INTEGER CHECK ((paused_at IS NULL) = (paused_kind IS NULL));
        ALTER TABLE models ADD COLUMN probe INTEGER NOT NULL DEFAULT 0
            CHECK (probe = 0 OR probe = 1 AND paused_kind IS NOT NULL);
        UPDATE models SET paused_kind = paused.paused_kind, paused_message = paused.paused_message,
            paused_at = paused.paused_at, probe = paused.probe
        FROM temp.paused_models AS paused WHERE paused.id = models.id;
        DROP TABLE temp.paused_models;

        -- Since when the provider has refused every request, in seconds since 1970; null while it answers.
        ALTER TABLE throttles ADD COLUMN refused_since REAL;
        -- Whether the clock was set while the run was worked on, so that nobody knows how long it took.
        ALTER TABLE runs ADD COLUMN clock_set INTEGER NOT NULL DEFAULT 0 CHECK (clock_set IN (0, 1));
        """
}
