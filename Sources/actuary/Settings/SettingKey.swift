import Billing
import Gateway
import HTTPServer

/// One setting: its name, what may be written for it, and where it goes.
struct SettingKey: Sendable {
    /// The name in the file, with its section: `server.port`.
    let name: String
    /// What may be written, to follow "must be".
    let expected: String
    /// Puts a value in its place; false if it is of the wrong kind or out of range.
    let store: @Sendable (SettingValue, inout Settings) -> Bool

    /// The name in the environment: `ACTUARY_SERVER_PORT`.
    var variable: String {
        SettingKey.variablePrefix + name.map { $0 == "." ? "_" : $0.uppercased() }.joined()
    }

    /// What the names of all variables begin with.
    static let variablePrefix = "ACTUARY_"

    /// The key of that name in the file.
    static func named(_ name: String) -> SettingKey? { all.first { $0.name == name } }
}

/// A member of the settings.
private typealias Place<Value> = any WritableKeyPath<Settings, Value> & Sendable

extension SettingKey {
    private static func integer(_ name: String, _ place: Place<Int>, _ range: ClosedRange<Int>) -> SettingKey {
        SettingKey(name: name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            guard let number = $0.asInteger, range.contains(number) else { return false }
            $1[keyPath: place] = number
            return true
        }
    }

    private static func optional(_ name: String, _ place: Place<Int?>, _ range: ClosedRange<Int>) -> SettingKey {
        SettingKey(name: name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound), or null") {
            guard !$0.isNull else {
                $1[keyPath: place] = nil
                return true
            }
            guard let number = $0.asInteger, range.contains(number) else { return false }
            $1[keyPath: place] = number
            return true
        }
    }

    private static func number(_ name: String, _ place: Place<Double>, _ range: ClosedRange<Double>) -> SettingKey {
        SettingKey(name: name, expected: "a number from \(range.lowerBound) to \(range.upperBound)") {
            guard let number = $0.asNumber, range.contains(number) else { return false }
            $1[keyPath: place] = number
            return true
        }
    }

    private static func seconds(_ name: String, _ place: Place<Duration>, _ range: ClosedRange<Double>) -> SettingKey {
        let expected = "a number of seconds from \(range.lowerBound) to \(range.upperBound), without a unit"
        return SettingKey(name: name, expected: expected) {
            guard let number = $0.asNumber, range.contains(number) else { return false }
            $1[keyPath: place] = .milliseconds(Int64((number * 1000).rounded()))
            return true
        }
    }

    private static func money(_ name: String, _ place: Place<PicoUSD>, _ range: ClosedRange<PicoUSD>) -> SettingKey {
        let expected = "US dollars from \(range.lowerBound.usd) to \(range.upperBound.usd), like 0.05"
        return SettingKey(name: name, expected: expected) {
            guard let amount = $0.asDecimal.flatMap({ PicoUSD(usd: $0) }), range.contains(amount) else { return false }
            $1[keyPath: place] = amount
            return true
        }
    }

    private static func text(_ name: String, _ place: Place<String>, _ what: String) -> SettingKey {
        SettingKey(name: name, expected: "\(what) (put it in quotes if it looks like a number)") {
            guard let text = $0.asText else { return false }
            $1[keyPath: place] = text
            return true
        }
    }

    private static func optional(_ name: String, _ place: Place<String?>, _ what: String) -> SettingKey {
        SettingKey(name: name, expected: "\(what) (put it in quotes if it looks like a number), or null") {
            guard !$0.isNull else {
                $1[keyPath: place] = nil
                return true
            }
            guard let text = $0.asText else { return false }
            $1[keyPath: place] = text
            return true
        }
    }

    /// Origins of web pages, separated by commas.
    private static func origins(_ name: String, _ place: Place<[String]>) -> SettingKey {
        SettingKey(name: name, expected: "origins like https://app.example with commas between, * for all, or null") {
            let list = $0.isNull ? "" : $0.asText
            guard let list else { return false }
            let origins = list.split(separator: ",").map { $0.filter { $0 != " " } }
            guard origins.allSatisfy(CrossOriginPolicy.isOrigin), $0.isNull || !origins.isEmpty else { return false }
            $1[keyPath: place] = origins
            return true
        }
    }

    private static func flag(_ name: String, _ place: Place<Bool>) -> SettingKey {
        SettingKey(name: name, expected: "true or false") {
            guard let isOn = $0.asBool else { return false }
            $1[keyPath: place] = isOn
            return true
        }
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String,
        _ place: Place<Choice>
    ) -> SettingKey {
        SettingKey(name: name, expected: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")) {
            guard let choice = $0.asText.flatMap(Choice.init(rawValue:)) else { return false }
            $1[keyPath: place] = choice
            return true
        }
    }

    /// The largest bound that a request may name (design, section 4).
    private static let tokensMax = Int(Int32.max)

    /// More than anybody should leave to chance.
    private static let leaseMax = PicoUSD(1_000_000 * PicoUSD.dollar.picodollars)

    /// Every setting, in the order of the operator's manual.
    static let all: [SettingKey] = [
        text("server.host", \.server.host, "an address or a host name"),
        integer("server.port", \.server.port, 0...65_535),
        seconds("server.drain_timeout", \.server.drainTimeout, 0...86_400),
        integer("server.max_connections", \.server.maxConnections, 1...1_000_000),
        integer("server.max_connections_per_address", \.server.maxConnectionsPerAddress, 1...1_000_000),
        integer("server.head_limit_bytes", \.server.headLimitBytes, 1024...1_048_576),
        integer("server.body_limit_bytes", \.server.bodyLimitBytes, 1024...1_073_741_824),
        seconds("server.head_timeout", \.server.headTimeout, 0.1...3600),
        seconds("server.idle_timeout", \.server.idleTimeout, 0.1...86_400),
        seconds("server.write_timeout", \.server.writeTimeout, 0.1...86_400),
        integer("server.stream_buffer_bytes", \.server.streamBufferBytes, 65_536...1_073_741_824),
        integer("server.max_header_fields", \.server.maxHeaderFields, 8...10_000),
        integer("server.min_body_rate", \.server.minBodyRate, 0...1_073_741_824),
        seconds("server.keep_alive_comment_interval", \.server.keepAliveCommentInterval, 0.1...3600),
        optional("server.tls_cert", \.server.certificatePath, "a path"),
        optional("server.tls_key", \.server.keyPath, "a path"),
        optional("server.tls_client_ca", \.server.clientAuthorityPath, "a path"),
        seconds("server.tls_handshake_timeout", \.server.handshakeTimeout, 0.1...3600),
        flag("server.compression", \.server.compresses),
        origins("server.cors_allowed_origins", \.server.allowedOrigins),
        text("model.path", \.model.path, "a path"),
        optional("model.served_model_name", \.model.servedModelName, "a name"),
        choice("model.device", \.model.device),
        integer("model.threads", \.model.threads, 0...1024),
        flag("model.pin_threads", \.model.pinsThreads),
        flag("model.verify", \.model.verifies),
        integer("engine.max_sequences", \.engine.maxSequences, 1...4096),
        integer("engine.step_token_budget", \.engine.stepTokenBudget, 1...1_048_576),
        seconds("engine.max_step_time", \.engine.maxStepTime, 0.001...3600),
        optional("engine.kv_cache_tokens", \.engine.kvCacheTokens, 1...tokensMax),
        optional("engine.kv_reserve_tokens", \.engine.cacheReserveTokens, 0...tokensMax),
        choice("engine.kv_cache_dtype", \.engine.cacheFormat),
        optional("engine.max_model_len", \.engine.maxModelLength, 2...tokensMax),
        optional("engine.prefix_cache_bytes", \.engine.prefixCacheBytes, 0...(1 << 50)),
        flag("engine.prompt_lookup", \.engine.guessesByLookup),
        flag("engine.occupy_memory", \.engine.occupiesMemory),
        integer("engine.max_queued_requests", \.engine.maxQueuedRequests, 0...1_000_000),
        integer("engine.max_queued_tokens", \.engine.maxQueuedTokens, 0...tokensMax),
        optional("engine.default_max_completion_tokens", \.engine.defaultMaxCompletionTokens, 1...tokensMax),
        integer("engine.max_choices", \.engine.maxChoices, 1...128),
        optional("thinking.max_think_tokens", \.thinking.maxThinkTokens, 0...tokensMax),
        optional("thinking.max_think_tokens_cap", \.thinking.maxThinkTokensCap, 0...tokensMax),
        integer("thinking.effort_minimal", \.thinking.effort.minimal, 1...tokensMax),
        integer("thinking.effort_low", \.thinking.effort.low, 1...tokensMax),
        integer("thinking.effort_medium", \.thinking.effort.medium, 1...tokensMax),
        integer("thinking.effort_high", \.thinking.effort.high, 1...tokensMax),
        integer("thinking.effort_xhigh", \.thinking.effort.xhigh, 1...tokensMax),
        integer("thinking.effort_max", \.thinking.effort.max, 1...tokensMax),
        number("sampling.temperature", \.sampling.temperature, 0...2),
        number("sampling.top_p", \.sampling.topP, 0...1),
        optional("billing.data_dir", \.billing.dataDir, "a path"),
        optional("billing.ledger", \.billing.ledger, "a URL"),
        optional("billing.prices", \.billing.prices, "a path"),
        integer("billing.checkpoint_tokens", \.billing.checkpointTokens, 1...1_000_000),
        seconds("billing.checkpoint_interval", \.billing.checkpointInterval, 0.01...60),
        seconds("billing.idempotency_lifetime", \.billing.idempotencyLifetime, 1...2_592_000),
        seconds("billing.dead_after", \.billing.deadAfter, 1...3600),
        money("billing.lease_usd", \.billing.lease, PicoUSD.zero...leaseMax),
        integer("billing.replay_limit_bytes", \.billing.replayLimitBytes, 0...1_073_741_824),
        choice("log.level", \.log.level),
    ]
}
