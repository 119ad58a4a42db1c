import Dispatch
import Foundation
import HTTPServer
import Logging

/// Reads certificate and key anew at each SIGHUP; connections that run keep what they have.
///
/// Files that cannot be used are logged, and the old ones stay in use: a mistake in a renewal stops nobody.
final class CertificateReloads: Sendable {
    /// Set up once, cancelled once, both from the command's task.
    nonisolated(unsafe) private let source: any DispatchSourceSignal

    init(_ credentials: TLSCredentials, log: Logger) {
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP)
        source.setEventHandler {
            do throws(TLSError) {
                try credentials.reload()
                log.notice("certificate reloaded")
            } catch {
                log.error("certificate not reloaded, the old one stays in use", metadata: ["error": "\(error)"])
            }
        }
        source.activate()
    }

    /// Ignores further signals.
    func stop() { source.cancel() }
}
