extension Migrations {
    static let resources = """
        -- What the attempt's process took: processor time in milliseconds and the most memory in KiB; null where that was
        -- not measured.
        ALTER TABLE attempts ADD COLUMN cpu_ms INTEGER CHECK (cpu_ms >= 0);
        ALTER TABLE attempts ADD COLUMN peak_memory_kb INTEGER CHECK (peak_memory_kb >= 0);
        """
}
