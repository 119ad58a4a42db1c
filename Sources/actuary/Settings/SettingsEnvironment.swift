/// The layer of the environment: `ACTUARY_SERVER_PORT` for `server.port`, and so on.
struct SettingsEnvironment {
    /// Names and values of the process's environment.
    let variables: [String: String]

    /// The variable that names the configuration file.
    static let fileVariable = "ACTUARY_CONFIG"

    /// Variables that are read elsewhere: by commands, by the kernels' dispatch, and by the tests to find this program.
    private static let foreign: Set<String> = [
        fileVariable, "ACTUARY_DATA_DIR", "ACTUARY_LEDGER", "ACTUARY_KERNELS", "ACTUARY_BINARY",
    ]

    /// The configuration file, if the environment names one.
    var filePath: String? { variables[SettingsEnvironment.fileVariable].flatMap { $0.isEmpty ? nil : $0 } }

    /// Sets every key that a variable names, in alphabetical order.
    ///
    /// - Throws: `SettingsError` with the name of the first variable at fault.
    func apply(to assembly: inout SettingsAssembly) throws(SettingsError) {
        for (name, text) in variables.sorted(by: { $0.key < $1.key }) {
            guard name.hasPrefix(SettingKey.variablePrefix), !SettingsEnvironment.foreign.contains(name),
                !isServiceLink(name, text)
            else { continue }
            let origin = SettingOrigin.environment(name)
            guard let key = SettingKey.all.first(where: { $0.variable == name }) else {
                throw .unknownKey(origin, key: name, suggestion: SettingNames.nearest(variable: name))
            }
            try assembly.set(key, to: .untyped(text), from: origin)
        }
    }

    /// Whether Kubernetes put the variable there because some service is called `actuary` or `actuary-…`.
    ///
    /// Each service gives every pod of its namespace variables such as `ACTUARY_SERVICE_HOST`, `ACTUARY_SERVICE_PORT`,
    /// `ACTUARY_PORT=tcp://10.0.0.1:80` and `ACTUARY_PORT_80_TCP_ADDR`.
    private func isServiceLink(_ name: String, _ text: String) -> Bool {
        if name.hasSuffix("_SERVICE_HOST") || name.hasSuffix("_SERVICE_PORT") || name.contains("_SERVICE_PORT_") {
            return true
        }
        let isAddress = ["tcp://", "udp://", "sctp://"].contains(where: text.hasPrefix)
        if isAddress, ["_PORT", "_TCP", "_UDP", "_SCTP"].contains(where: name.hasSuffix) { return true }
        return ["TCP", "UDP", "SCTP"].contains { transport in
            ["PROTO", "PORT", "ADDR"].contains { name.hasSuffix("_\(transport)_\($0)") }
        }
    }
}
