/// Where the server listens and what one client may take of it.
package struct ServerSettings: Sendable, Equatable {
    /// The address to listen on: an IPv4 or IPv6 literal (with or without brackets) or a host name.
    package var host = "127.0.0.1"

    /// The port to listen on; 0 picks a free one.
    package var port: UInt16 = 0

    /// How many event loops share the connections; 0 chooses by the number of processors.
    package var eventLoopCount = 0

    /// Bounds on the bytes of one request.
    package var wire = WireLimits()

    /// Time for a TLS handshake; beyond it the connection is closed.
    package var handshakeTimeout = Duration.seconds(10)

    /// Time for a whole request head: from its first byte, or from the start of a new connection (with TLS, the end
    /// of its handshake).
    ///
    /// Beyond it 408, or a silent close if no byte has come.
    package var headTimeout = Duration.seconds(10)

    /// The length of the windows in which the rate of a request body is measured.
    package var bodyWindow = Duration.seconds(10)

    /// The lowest rate of a request body, bytes per second over each window; below it 408.
    package var bodyRateMin = 1024

    /// How long a connection may be idle between requests before it is closed without a word.
    package var idleTimeout = Duration.seconds(75)

    /// How long a client may take none of the bytes that wait for it before the connection is reset.
    package var writeTimeout = Duration.seconds(60)

    /// The most bytes of a streamed response that may wait for a slow reader before the connection is reset.
    package var streamBufferBytesMax = 4 * 1024 * 1024

    /// From so many bytes of a stream that wait for a slow reader on, whoever makes it is asked to pause; the reader then
    /// has `writeTimeout` to take half of them.
    package var streamPauseBytes: Int { streamBufferBytesMax / 16 }

    /// How many bytes of later requests are read ahead while a response is running.
    package var readAheadBytesMax = 64 * 1024

    /// How many bytes are read and dropped behind the last response, so that the client can read it.
    package var lingerBytesMax = 128 * 1024 * 1024

    /// How long, in all, bytes are read and dropped behind the last response.
    package var lingerTimeout = Duration.seconds(30)

    /// How long to wait for each next byte while dropping what follows the last response.
    package var lingerIdleTimeout = Duration.seconds(5)

    /// How long a new connection may still send its first request once a drain has begun.
    package var drainGrace = Duration.milliseconds(500)

    /// How long after a FIN from the client it is found out whether the client still listens.
    ///
    /// Long enough that quick answers to clients which half-close need no probe.
    package var probeDelay = Duration.milliseconds(20)

    /// How long an HTTP/1.0 request goes on after the client has closed its sending side.
    package var halfCloseGrace = Duration.seconds(10)

    /// The most connections from one address (for IPv6: from one /64 network); beyond it 429.
    package var connectionsPerAddressMax = 256

    /// The most connections in all; beyond it 503.
    package var connectionCountMax = 10_000

    /// Whether responses are compressed for clients that ask for it.
    package var compressesResponses = true

    /// Which pages of other origins may call the server.
    package var crossOrigin = CrossOriginPolicy()

    /// Creates the default settings.
    package init() {}
}
