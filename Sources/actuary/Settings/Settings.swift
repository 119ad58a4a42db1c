import Billing
import Gateway
import Logging

/// Everything an operator decides, checked; `Config/actuary.yaml` explains each key.
///
/// The initial values are the defaults. `SettingKey.all` connects the members with their names.
struct Settings: Equatable, Sendable {
    /// Where the server listens, and what a client may take of it.
    struct Server: Equatable, Sendable {
        var host = "127.0.0.1"
        /// 0 picks a free port.
        var port = 8080
        var drainTimeout = Duration.seconds(120)
        var maxConnections = 10_000
        var maxConnectionsPerAddress = 256
        var headLimitBytes = 65_536
        var bodyLimitBytes = 33_554_432
        var headTimeout = Duration.seconds(10)
        var idleTimeout = Duration.seconds(75)
        /// How long a client may take none of what waits for it.
        var writeTimeout = Duration.seconds(60)
        /// The most bytes of a stream that may wait for a slow reader.
        var streamBufferBytes = 4_194_304
        var maxHeaderFields = 128
        /// Whether responses are compressed for clients that ask for it.
        var compresses = true
        /// PEM files; without a certificate the server speaks plain HTTP.
        var certificatePath: String?
        var keyPath: String?
        /// Whose certificates clients must have; `nil` asks for none.
        var clientAuthorityPath: String?
        var handshakeTimeout = Duration.seconds(10)
        /// Pages of these origins may call the server from browsers.
        var allowedOrigins: [String] = []
        /// Bytes per second.
        var minBodyRate = 1024
        var keepAliveCommentInterval = Duration.seconds(15)
    }

    /// What is served, and on which device.
    struct Model: Equatable, Sendable {
        /// A folder, or `embedded` for the built-in model.
        var path = Settings.embeddedModel
        /// `nil` is the name of the folder.
        var servedModelName: String?
        var device = DeviceChoice.auto
        /// 0 is one for each core.
        var threads = 0
        /// Whether each computing thread keeps to a core of its own.
        var pinsThreads = false
        /// Whether the checksums of a packed file are compared at the start.
        var verifies = true
    }

    /// How the engine divides memory and steps among requests.
    struct Engine: Equatable, Sendable {
        var maxSequences = 16
        var stepTokenBudget = 512
        /// How much longer prompts may make a step of running answers.
        var maxStepTime = Duration.milliseconds(100)
        /// `nil` is what `maxSequences` full contexts need, as far as memory allows.
        var kvCacheTokens: Int?
        var cacheFormat = CacheChoice.auto
        /// `nil` is the model's context.
        var maxModelLength: Int?
        /// KV tokens that only preempted sequences and the prefix cache may hold; `nil` is an eighth.
        var cacheReserveTokens: Int?
        /// Bytes of recurrent states that are kept of prompts; `nil` is an eighth of what is free.
        var prefixCacheBytes: Int?
        /// Whether tokens that came before in a sequence are guessed to come again.
        var guessesByLookup = false
        /// Whether all planned memory is written to at the start.
        var occupiesMemory = false
        var maxQueuedRequests = 256
        var maxQueuedTokens = 1_048_576
        /// `nil` is what is left of the context.
        var defaultMaxCompletionTokens: Int?
        var maxChoices = 16
    }

    /// The bounds of thoughts.
    struct Thinking: Equatable, Sendable {
        /// For requests that name none; `nil` is no bound, 0 switches thinking off.
        var maxThinkTokens: Int?
        /// Above every request's own bound; `nil` is no cap.
        var maxThinkTokensCap: Int?
        /// What efforts stand for.
        var effort = EffortTable()
    }

    /// What applies where a request says nothing.
    struct Sampling: Equatable, Sendable {
        var temperature = 1.0
        var topP = 1.0
    }

    /// Where requests are billed, and how often running ones are noted.
    struct Billing: Equatable, Sendable {
        /// The folder of the ledger; `nil` is `ACTUARY_DATA_DIR`, else the user's XDG data folder.
        var dataDir: String?
        /// A ledger in PostgreSQL instead; `nil` is `ACTUARY_LEDGER`, else none.
        var ledger: String?
        /// The price list; `nil` is the built-in one.
        var prices: String?
        var checkpointTokens = 64
        var checkpointInterval = Duration.milliseconds(500)
        var idempotencyLifetime = Duration.seconds(86_400)
        /// After how long a silence a server that shares the ledger is taken for dead.
        var deadAfter = Duration.seconds(30)
        /// What this server may spend of an account, for each key, while it cannot reach a shared ledger.
        var lease = PicoUSD.zero
        /// The largest answer that is kept to be repeated, bytes.
        var replayLimitBytes = 1_048_576
    }

    /// What is written to standard error.
    struct Log: Equatable, Sendable {
        var level = Logger.Level.info
    }

    /// The name of the model that is part of the program.
    static let embeddedModel = "embedded"

    var server = Server()
    var model = Model()
    var engine = Engine()
    var thinking = Thinking()
    var sampling = Sampling()
    var billing = Billing()
    var log = Log()
}
