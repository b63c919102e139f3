extension Configuration {
    /// Opens the database, which has to exist, with the privacy that is configured.
    ///
    /// Unlike the command line, a library does not change the permissions of everything that its process creates: the
    /// database and the runs' folders are private, which is enough for what is in them.
    func openStore() throws(NllmError) -> Store { try Store(path: database, isPrivate: isPrivate) }
}
