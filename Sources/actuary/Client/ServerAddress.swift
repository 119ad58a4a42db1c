import ArgumentParser
import Foundation

/// The base URL of a server: `http://127.0.0.1:8080`, with a path in front of `/v1` if it stands behind a proxy.
struct ServerAddress: ExpressibleByArgument, Equatable, Sendable {
    /// Where `serve` listens unless told otherwise.
    static let standard = ServerAddress(checked: "http://127.0.0.1:8080")

    /// The URL without a slash at its end.
    let text: String
    let isSecure: Bool
    /// Name or number, without brackets.
    let host: String
    let port: Int
    /// Host and port as the URL has them.
    let authority: String
    /// What stands before `/v1`: empty, or a path without a slash at its end.
    let pathPrefix: String

    private init(checked text: String) {
        guard let parts = URLComponents(string: text), let host = parts.host else {
            preconditionFailure("'\(text)' was checked")
        }
        self.text = text
        isSecure = parts.scheme?.lowercased() == "https"
        self.host = host.trimmingCharacters(in: ["[", "]"])
        port = parts.port ?? (isSecure ? 443 : 80)
        authority = parts.port.map { "\(host):\($0)" } ?? host
        pathPrefix = parts.percentEncodedPath
    }

    /// Takes an absolute URL of scheme `http` or `https`; one that ends in `/v1` means what stands before it.
    init?(argument: String) {
        guard let parts = URLComponents(string: argument), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil
        else { return nil }
        var text = argument[...]
        while text.hasSuffix("/") { text = text.dropLast() }
        if text.hasSuffix("/v1") { text = text.dropLast(3) }
        while text.hasSuffix("/") { text = text.dropLast() }
        self.init(checked: String(text))
    }

    var defaultValueDescription: String { text }
}
