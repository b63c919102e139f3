extension Migrations {
    static let blockedRuns = """
        -- When the last worker left because all that is left waits for someone to act; null while a worker may go on.
        ALTER TABLE runs ADD COLUMN blocked_at INTEGER;

        CREATE INDEX attempts_failed ON attempts (run_id) WHERE failure_kind IS NOT NULL;
        """
}
