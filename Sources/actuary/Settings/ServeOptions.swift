import ArgumentParser

/// The flags of `serve` that stand for settings; each overrides the environment and the file.
struct ServeOptions: ParsableArguments {
    @Option(help: "The configuration file; Config/actuary.yaml explains the keys. [ACTUARY_CONFIG]")
    var config: String?

    @Option(help: "The model: a folder, or 'embedded' for the built-in one.")
    var model: String?

    @Option(help: "The address to listen on.")
    var host: String?

    @Option(help: "The port to listen on; 0 picks a free one.")
    var port: String?

    @Option(help: "The server's certificate and its chain, PEM; serves HTTPS.")
    var tlsCert: String?

    @Option(help: "The key of the certificate, PEM.")
    var tlsKey: String?

    @Option(help: "The authorities whose certificates clients must have, PEM.")
    var tlsClientCa: String?

    @Option(help: "Where the model runs: auto, cpu or cuda.")
    var device: String?

    @Option(help: "The number of threads that compute; 0 is one for each core.")
    var threads: String?

    @Option(help: "Whether each thread keeps to one core: true or false.")
    var pinThreads: String?

    @Option(help: "What /v1/models calls the model, instead of the name of its folder.")
    var servedModelName: String?

    @Option(
        parsing: .unconditional,
        help: "The bound of a thought in requests that name none, in tokens; 0 switches thinking off."
    )
    var maxThinkTokens: String?

    @Option(help: "The longest prompt and completion together, tokens.")
    var maxModelLen: String?

    @Option(help: "How many requests run at the same time.")
    var maxSequences: String?

    @Option(help: "The folder of the ledger; by default 'actuary' in your XDG data folder. [ACTUARY_DATA_DIR]")
    var dataDir: String?

    @Option(help: "A ledger in PostgreSQL instead, as postgres://… [ACTUARY_LEDGER]")
    var ledger: String?

    @Option(help: "The price list; Config/prices.yaml explains it.")
    var prices: String?

    @Option(help: "The least severe events that are logged: trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    /// Settings of flags over environment over file over defaults.
    ///
    /// - Parameter environment: Names and values of the process's environment.
    /// - Returns: The checked settings.
    /// - Throws: `SettingsError` that names the place of the first fault; `failure` is its form for the user.
    func settings(environment: [String: String]) throws(SettingsError) -> Settings {
        let environment = SettingsEnvironment(variables: environment)
        var assembly = SettingsAssembly()
        if let path = config ?? environment.filePath {
            try SettingsFile(path: path).apply(to: &assembly)
        }
        try environment.apply(to: &assembly)
        for (flag, name, text) in flags {
            guard let text else { continue }
            guard let key = SettingKey.named(name) else { preconditionFailure("\(flag) stands for no setting") }
            try assembly.set(key, to: .untyped(text), from: .flag(flag))
        }
        return try assembly.checked()
    }

    private var flags: [(flag: String, key: String, text: String?)] {
        [
            ("--model", "model.path", model),
            ("--host", "server.host", host),
            ("--port", "server.port", port),
            ("--tls-cert", "server.tls_cert", tlsCert),
            ("--tls-key", "server.tls_key", tlsKey),
            ("--tls-client-ca", "server.tls_client_ca", tlsClientCa),
            ("--device", "model.device", device),
            ("--threads", "model.threads", threads),
            ("--pin-threads", "model.pin_threads", pinThreads),
            ("--served-model-name", "model.served_model_name", servedModelName),
            ("--max-think-tokens", "thinking.max_think_tokens", maxThinkTokens),
            ("--max-model-len", "engine.max_model_len", maxModelLen),
            ("--max-sequences", "engine.max_sequences", maxSequences),
            ("--data-dir", "billing.data_dir", dataDir),
            ("--ledger", "billing.ledger", ledger),
            ("--prices", "billing.prices", prices),
            ("--log-level", "log.level", logLevel),
        ]
    }
}
