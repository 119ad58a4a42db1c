import ArgumentParser
import Foundation

/// The base URL of a server: `http://127.0.0.1:8080`, with a path in front of `/v1` if it stands behind a proxy.
struct ServerAddress: ExpressibleByArgument, Equatable, Sendable {
    /// Where `serve` listens unless told otherwise.
    static let standard = ServerAddress(checked: "http://127.0.0.1:8080")

    /// The URL without a slash at its end.
    let text: String

    private init(checked text: String) { self.text = text }

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

    /// The URL of an endpoint such as `/v1/models`.
    func url(_ path: String) -> URL? { URL(string: text + path) }
}
