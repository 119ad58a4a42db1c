import ArgumentParser
import Foundation
import Logging
import Testing

@testable import actuary

@Suite struct SettingsTests {
    private func settings(
        file: String? = nil,
        environment: [String: String] = [:],
        flags: [String] = []
    ) throws -> Settings {
        guard let file else { return try ServeOptions.parse(flags).settings(environment: environment) }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("actuary.yaml")
        try Data(file.utf8).write(to: path)
        return try ServeOptions.parse(["--config", path.path] + flags).settings(environment: environment)
    }

    /// Applies a text under the name `a.yaml`.
    private func apply(_ text: String) throws(SettingsError) -> SettingsAssembly {
        var assembly = SettingsAssembly()
        try SettingsFile(path: "a.yaml", text: text).apply(to: &assembly)
        return assembly
    }

    @Test("flags win over the environment, the environment over the file, the file over the defaults")
    func precedence() throws {
        let file = """
            server: {port: 1, host: file, max_connections: 7}
            model: {device: cuda, threads: 1}
            """
        let environment = ["ACTUARY_SERVER_PORT": "2", "ACTUARY_SERVER_HOST": "environment", "PATH": "x"]
        let result = try settings(file: file, environment: environment, flags: ["--port", "3", "--threads", "5"])
        #expect(result.server.port == 3)
        #expect(result.server.host == "environment")
        #expect(result.server.maxConnections == 7)
        #expect(result.model.device == .cuda)
        #expect(result.model.threads == 5)
        #expect(result.server.maxConnectionsPerAddress == Settings().server.maxConnectionsPerAddress)
    }

    @Test("without anything the defaults apply")
    func defaults() throws {
        #expect(try settings() == Settings())
        #expect(try settings(file: "# nothing\n") == Settings())
        #expect(try settings(file: "") == Settings())
        #expect(try settings(file: "server:\n# all commented out\nlog: {}\n") == Settings())
    }

    @Test("every flag reaches its setting")
    func everyFlag() throws {
        let result = try settings(flags: [
            "--model", "/m", "--host", "h", "--port", "0", "--device", "cpu", "--threads", "2", "--served-model-name",
            "n", "--max-think-tokens", "0", "--max-model-len", "100", "--max-sequences", "4", "--log-level", "debug",
        ])
        var expected = Settings()
        expected.model = .init(path: "/m", servedModelName: "n", device: .cpu, threads: 2)
        expected.server.host = "h"
        expected.server.port = 0
        expected.thinking.maxThinkTokens = 0
        expected.engine.maxModelLength = 100
        expected.engine.maxSequences = 4
        expected.log.level = .debug
        #expect(result == expected)
    }

    @Test("null in a flag or a variable undoes what a lower layer set")
    func null() throws {
        let file = "thinking: {max_think_tokens: 5, max_think_tokens_cap: 9}\n"
        #expect(try settings(file: file).thinking.maxThinkTokens == 5)
        let result = try settings(
            file: file,
            environment: ["ACTUARY_THINKING_MAX_THINK_TOKENS_CAP": "null"],
            flags: ["--max-think-tokens", "null"]
        )
        #expect(result.thinking == Settings.Thinking())
    }

    @Test("the environment may name the file, and the flag wins over it")
    func fileFromTheEnvironment() throws {
        let missing = ["ACTUARY_CONFIG": "/nowhere/a.yaml"]
        #expect(throws: SettingsError.unreadable(path: "/nowhere/a.yaml", reason: "there is no such file")) {
            try settings(environment: missing)
        }
        #expect(try settings(file: "server: {port: 9}\n", environment: missing).server.port == 9)
        #expect(try settings(environment: ["ACTUARY_CONFIG": ""]) == Settings())
    }

    @Test(
        "every key takes a good value from a file and from the environment, and refuses a bad one",
        arguments: SettingKey.all
    )
    func everyKey(key: SettingKey) throws {
        let parts = key.name.split(separator: ".")
        let good =
            switch key.name {
            case "model.device": "cpu"
            case "log.level": "error"
            case "model.pin_threads", "model.verify", "engine.occupy_memory", "engine.prompt_lookup",
                "server.compression":
                "true"
            case "engine.kv_cache_dtype": "f32"
            case "server.head_limit_bytes", "server.body_limit_bytes", "engine.max_model_len": "2048"
            case "server.stream_buffer_bytes": "65536"
            case "server.max_header_fields": "8"
            case "server.cors_allowed_origins": "https://a.example, http://localhost:3000"
            default: "1"
            }
        let isText = [
            "server.host", "server.tls_cert", "server.tls_key", "server.tls_client_ca", "server.cors_allowed_origins",
            "model.path", "model.served_model_name", "billing.data_dir", "billing.ledger", "billing.prices",
        ].contains(key.name)
        let written = isText ? "'\(good)'" : good
        let fromFile = try apply("\(parts[0]):\n  \(parts[1]): \(written)\n")
        #expect(fromFile.origins == [key.name: .file("a.yaml", line: 2)])

        var fromEnvironment = SettingsAssembly()
        try SettingsEnvironment(variables: [key.variable: good]).apply(to: &fromEnvironment)
        #expect(fromEnvironment.settings == fromFile.settings)
        #expect(fromEnvironment.origins == [key.name: .environment(key.variable)])

        for bad in [
            "[1]", "{a: 1}",
            [
                "model.pin_threads", "model.verify", "engine.occupy_memory", "engine.prompt_lookup",
                "server.compression",
            ].contains(key.name) ? "1" : "true", "-5", "99999999999999999999",
        ] {
            do throws(SettingsError) {
                _ = try apply("\(parts[0]):\n  \(parts[1]): \(bad)\n")
                Issue.record("\(key.name) took \(bad)")
            } catch {
                guard case .invalidValue(.file("a.yaml", line: 2), key.name, _, key.expected) = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
        var assembly = SettingsAssembly()
        #expect(throws: SettingsError.self) {
            try SettingsEnvironment(variables: [key.variable: ""]).apply(to: &assembly)
        }
    }

    @Test(
        "numbers are taken up to their limits and no further",
        arguments: [
            ("server.port", "0", true), ("server.port", "65535", true), ("server.port", "65536", false),
            ("server.port", "-1", false), ("server.port", "+1", false), ("server.port", "1.0", false),
            ("server.port", "0x10", false), ("server.port", "1_0", false), ("server.port", "1e3", false),
            ("server.port", "\"80\"", false), ("server.port", "", false), ("server.port", "~", false),
            ("server.drain_timeout", "0", true), ("server.drain_timeout", "0.5", true),
            ("server.drain_timeout", "86400", true), ("server.drain_timeout", "86400.1", false),
            ("server.drain_timeout", "10s", false), ("server.drain_timeout", ".inf", false),
            ("server.drain_timeout", ".nan", false), ("server.head_timeout", "0", false),
            ("engine.max_sequences", "0", false), ("engine.max_model_len", "1", false),
            ("engine.max_model_len", "2147483648", false), ("thinking.max_think_tokens", "2147483647", true),
            ("thinking.max_think_tokens", "-1", false), ("thinking.max_think_tokens", "null", true),
            ("engine.kv_cache_tokens", "0", false), ("sampling.temperature", "2", true),
            ("sampling.temperature", "2.01", false), ("sampling.top_p", "1e-1", true), ("sampling.top_p", "1.1", false),
            ("model.device", "gpu", false), ("model.device", "CPU", false), ("log.level", "loud", false),
            ("server.host", "no", false), ("server.host", "'no'", true), ("server.host", "''", false),
            ("model.served_model_name", "7", false), ("model.served_model_name", "'7'", true),
            ("model.served_model_name", "~", true),
        ]
    )
    func limits(name: String, text: String, isGood: Bool) {
        let parts = name.split(separator: ".")
        do throws(SettingsError) {
            _ = try apply("\(parts[0]):\n  \(parts[1]): \(text)\n")
            #expect(isGood, "\(name): \(text) was taken")
        } catch {
            #expect(!isGood, "\(error.message)")
        }
    }

    @Test("seconds become durations to the millisecond")
    func durations() throws {
        let result = try apply("server: {drain_timeout: 0.25, idle_timeout: 3}\n").settings
        #expect(result.server.drainTimeout == .milliseconds(250))
        #expect(result.server.idleTimeout == .seconds(3))
    }

    @Test(
        "a fault in a file is named with file, key and line",
        arguments: [
            ("server:\n  prot: 1\n", "a.yaml:2: unknown key server.prot; did you mean server.port?"),
            ("port: 1\n", "a.yaml:1: unknown key port; did you mean server.port?"),
            ("sever:\n  port: 1\n", "a.yaml:1: unknown key sever; did you mean server?"),
            ("\n\nzzzzzz: 1\n", "a.yaml:3: unknown key zzzzzz; Config/actuary.yaml lists what there is"),
            ("server:\n  host: a\n  port: 1\n  host: b\n", "a.yaml:4: host is set twice; remove one of the two"),
            ("log: {}\nserver: {}\nlog: {}\n", "a.yaml:3: log is set twice; remove one of the two"),
            (
                "server:\n\n  port: many\n",
                "a.yaml:3: server.port is 'many', but must be a whole number from 0 to 65535"
            ),
            (
                "server:\n  port: \"80\"\n",
                "a.yaml:2: server.port is '80', but must be a whole number from 0 to 65535, without quotes"
            ),
            ("server: 5\n", "a.yaml:1: server must be a section of keys, each on a line of its own below it"),
            ("- server\n", "a.yaml:1: the configuration must consist of sections such as 'server:'"),
            ("server: [\n", "a.yaml:2: this is not YAML: did not find expected node content"),
            ("server: {}\n---\nlog: {}\n", "a.yaml:2: this is not YAML: but found another document"),
            (
                "engine:\n  max_sequences: 600\n",
                "a.yaml:2: engine.step_token_budget is 512, but must be at least engine.max_sequences, which is 600"
            ),
            (
                "engine:\n  max_model_len: 100\n  kv_cache_tokens: 99\n",
                "a.yaml:3: engine.kv_cache_tokens is 99, but must be at least engine.max_model_len, which is 100"
            ),
            (
                "engine:\n  max_model_len: 100\n  default_max_completion_tokens: 100\n",
                "a.yaml:3: engine.default_max_completion_tokens is 100, but must be less than engine.max_model_len, "
                    + "which is 100"
            ),
        ]
    )
    func fileFaults(text: String, message: String) {
        do throws(SettingsError) {
            _ = try apply(text).checked()
            Issue.record("nothing was found wrong with \(text)")
        } catch {
            #expect(error.message == message)
            #expect(error.failure == .badConfiguration(message))
        }
    }

    @Test("a file that is not UTF-8 or is a folder is refused")
    func unreadableFiles() throws {
        let folder = FileManager.default.temporaryDirectory
        let path = folder.appendingPathComponent(UUID().uuidString)
        try Data([0x73, 0xFF]).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        #expect(throws: SettingsError.invalidYAML(.file(path.path, line: 1), problem: "the text is not UTF-8")) {
            try SettingsFile(path: path.path)
        }
        #expect(throws: SettingsError.unreadable(path: folder.path, reason: "is it a file that you may read?")) {
            try SettingsFile(path: folder.path)
        }
    }

    @Test("a bad flag is bad usage, a bad variable bad configuration")
    func flagsAndVariables() throws {
        let flag = #expect(throws: SettingsError.self) { try settings(flags: ["--port", "many"]) }
        #expect(flag?.failure.exitCode == 64)
        #expect(flag?.message == "--port is 'many', but must be a whole number from 0 to 65535")
        let variable = #expect(throws: SettingsError.self) { try settings(environment: ["ACTUARY_SERVER_PORT": "x"]) }
        #expect(variable?.failure.exitCode == 78)
        #expect(
            variable?.message
                == "environment variable ACTUARY_SERVER_PORT is 'x', but must be a whole number from 0 to 65535"
        )
        let unknown = #expect(throws: SettingsError.self) { try settings(environment: ["ACTUARY_SERVER_PROT": "1"]) }
        #expect(
            unknown?.message == "unknown environment variable ACTUARY_SERVER_PROT; did you mean ACTUARY_SERVER_PORT?"
        )
    }

    @Test("variables that Kubernetes adds for services are left alone")
    func serviceLinks() throws {
        let variables = [
            "ACTUARY_SERVICE_HOST": "10.0.0.1", "ACTUARY_SERVICE_PORT": "8080", "ACTUARY_SERVICE_PORT_HTTP": "8080",
            "ACTUARY_PORT": "tcp://10.0.0.1:8080", "ACTUARY_PORT_8080_TCP": "tcp://10.0.0.1:8080",
            "ACTUARY_PORT_8080_TCP_PROTO": "tcp", "ACTUARY_PORT_8080_TCP_PORT": "8080",
            "ACTUARY_PORT_8080_TCP_ADDR": "10.0.0.1", "ACTUARY_SERVER_SERVICE_HOST": "10.0.0.1",
            "ACTUARY_SERVER_PORT": "tcp://10.0.0.1:80", "ACTUARY_SERVER_PORT_80_UDP_ADDR": "10.0.0.1",
            "ACTUARY_KERNELS": "scalar",
        ]
        #expect(try settings(environment: variables) == Settings())
        #expect(throws: SettingsError.self) { try settings(environment: ["ACTUARY_PORT": "80"]) }
    }

    @Test("names are unique, in the file and in the environment")
    func uniqueNames() {
        #expect(Set(SettingKey.all.map(\.name)).count == SettingKey.all.count)
        #expect(Set(SettingKey.all.map(\.variable)).count == SettingKey.all.count)
        #expect(
            SettingKey.named("server.max_connections_per_address")?.variable
                == "ACTUARY_SERVER_MAX_CONNECTIONS_PER_ADDRESS"
        )
    }
}
