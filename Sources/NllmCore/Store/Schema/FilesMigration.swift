extension Migrations {
    static let files = """
        -- The local file that `schema` names, as {flag, value, path, sha256}; null where it names none.
        ALTER TABLE prompts ADD COLUMN schema_file TEXT CHECK (schema_file IS NULL OR json_valid(schema_file));
        -- The local files that the arguments of the model and of its run name, an array of the same with `parts`, those that
        -- a template names. What earlier versions enqueued has none, and its files are taken as they are when it is run.
        ALTER TABLE models ADD COLUMN files TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(files));
        """
}
