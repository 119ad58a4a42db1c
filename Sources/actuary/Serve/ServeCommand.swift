import ArgumentParser
import Engine
import Foundation
import Gateway
import HTTPServer
import Logging
import Telemetry

/// `actuary serve`: the only place where the rooms are wired together.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a model over HTTP.",
        discussion: """
            Prints one line, 'listening on http://HOST:PORT' (https:// with --tls-cert), when it is ready; logs go to \
            standard error. SIGTERM lets running requests finish; SIGHUP reads certificate and key anew.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings: Settings
        do {
            settings = try options.settings(environment: ProcessInfo.processInfo.environment)
        } catch {
            throw error.failure
        }
        LogSetup.bootstrap(level: settings.log.level)
        let log = Logger(label: "actuary")
        let ledger = try await LedgerService(settings.billing, log: log)
        if try await !ledger.hasKeys() { try LoopbackRule.check(host: settings.server.host) }
        try await Self.serve(settings, ledger: ledger, log: log)
    }

    private static func credentials(_ settings: Settings) throws(CommandFailure) -> TLSCredentials? {
        guard let files = settings.tlsFiles else { return nil }
        do {
            return try TLSCredentials(files)
        } catch {
            throw .badConfiguration("\(error)")
        }
    }

    private static func serve(_ settings: Settings, ledger: LedgerService, log: Logger) async throws {
        let signals = TerminationSignals()
        let credentials = try credentials(settings)
        let statistics = ServerStatistics()
        let stack = try ServingStack(settings, ledger: ledger, statistics: statistics, log: log)
        let server = HTTPServer(
            settings: settings.httpServer,
            router: Router(stack.gateway.routes),
            credentials: credentials,
            statistics: statistics
        ) { event in
            RequestLog.write(event, to: log)
        }
        let address: BoundAddress
        do {
            address = try server.start()
        } catch {
            throw CommandFailure.inputOutput(
                "cannot listen on \(settings.server.host):\(settings.server.port): \(error)"
            )
        }
        let reloads = credentials.map { CertificateReloads($0, log: log) }
        StandardStream.output.write("listening on \(credentials == nil ? "http" : "https")://\(address.authority)\n")
        await signals.first()
        reloads?.stop()
        log.info("draining", metadata: ["timeout_seconds": "\(settings.server.drainTimeout)"])
        stack.gateway.beginDrain()
        // What still runs then ends with an error event, for which the connections get a moment longer.
        let deadline = Task {
            guard (try? await Task.sleep(for: settings.server.drainTimeout)) != nil else { return }
            await stack.engine.stop()
        }
        await server.drain(deadline: settings.server.drainTimeout + .seconds(5))
        deadline.cancel()
        await stack.engine.stop()
        await stack.gateway.settled()
        await ledger.close(stack.gateway.engineTotals, log: log)
        log.info("stopped")
    }
}
