extension Configuration {
    /// Puts what the environment says over what files say: `NLLM_BATCH_DB`, unless it is empty.
    public mutating func readEnvironment() {
        let variable = "NLLM_BATCH_DB"
        guard let value = EnvironmentVariable.value(variable) else { return }
        set(.database, to: .string(value), from: .environment(variable))
    }
}
