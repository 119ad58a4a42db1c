/// Puts settings together, later layers over earlier ones, and remembers where each value was written.
struct SettingsAssembly {
    private(set) var settings = Settings()
    /// By the name of the key; a key that is missing has its default.
    private(set) var origins: [String: SettingOrigin] = [:]

    /// Sets one key.
    ///
    /// - Throws: `SettingsError.invalidValue`.
    mutating func set(_ key: SettingKey, to value: SettingValue, from origin: SettingOrigin) throws(SettingsError) {
        guard key.store(value, &settings) else {
            throw .invalidValue(origin, key: key.name, value: value, expected: key.expected)
        }
        origins[key.name] = origin
    }

    /// The settings, once no two of them contradict each other.
    ///
    /// - Throws: `SettingsError.contradiction` with the place of whichever was written.
    func checked() throws(SettingsError) -> Settings {
        let engine = settings.engine
        // A step has room for one token of every running sequence, or some would wait for ever.
        if engine.stepTokenBudget < engine.maxSequences {
            throw contradiction(
                ("engine.step_token_budget", engine.stepTokenBudget),
                "at least",
                ("engine.max_sequences", engine.maxSequences)
            )
        }
        if let length = engine.maxModelLength {
            if let cache = engine.kvCacheTokens, cache < length {
                throw contradiction(
                    ("engine.kv_cache_tokens", cache),
                    "at least",
                    ("engine.max_model_len", length)
                )
            }
            if let completion = engine.defaultMaxCompletionTokens, completion >= length {
                throw contradiction(
                    ("engine.default_max_completion_tokens", completion),
                    "less than",
                    ("engine.max_model_len", length)
                )
            }
        }
        try checkServer()
        return settings
    }

    /// Certificate and key make a pair, without which authorities of clients mean nothing.
    private func checkServer() throws(SettingsError) {
        let server = settings.server
        let rules = [
            ("server.tls_cert", server.certificatePath, "server.tls_key", server.keyPath),
            ("server.tls_key", server.keyPath, "server.tls_cert", server.certificatePath),
            ("server.tls_client_ca", server.clientAuthorityPath, "server.tls_cert", server.certificatePath),
        ]
        for (key, value, other, otherValue) in rules where value != nil && otherValue == nil {
            throw .incomplete(origins[key], key: key, needs: other)
        }
    }

    private func contradiction(
        _ first: (key: String, value: Int),
        _ rule: String,
        _ second: (key: String, value: Int)
    ) -> SettingsError {
        .contradiction(
            origins[first.key] ?? origins[second.key],
            key: first.key,
            value: first.value,
            rule: rule,
            other: second.key,
            otherValue: second.value
        )
    }
}
