/// What a format has read of one prompt: its fields, not yet validated, and where it stands.
struct PromptRecord {
    /// The fields in the order of the file.
    var fields: [PromptField] = []
    /// The prompt's text if it stands outside the fields.
    var text: String?
    /// The id of a prompt that names none.
    var id: String
    /// Where the record starts.
    var place: InputPlace
    /// The directory from which relative paths in it start.
    var directory: String
}
