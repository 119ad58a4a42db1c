import CPostgres

/// Where a PostgreSQL database is, and as whom to log in: a URL as libpq reads it.
///
/// The password is in no description and no error.
package struct PostgreSQLAddress: Hashable, Sendable, CustomStringConvertible {
    /// The text is no such URL. It is not repeated, for it may hold a password.
    package struct Malformed: Error, Equatable, Sendable, CustomStringConvertible {
        package init() {}
        package var description: String {
            "the address of a PostgreSQL database looks like postgres://user:password@host:port/database?sslmode=require"
        }
    }

    /// One of libpq's connection parameters.
    struct Parameter: Hashable, Sendable {
        var keyword: String
        var value: String
    }

    /// What the URL says, in libpq's words.
    let parameters: [Parameter]

    /// Reads a URL.
    ///
    /// - Throws: `Malformed` if libpq does not understand it.
    package init(_ url: String) throws(Malformed) {
        guard PostgreSQLAddress.isAddress(url), !url.utf8.contains(0), let options = PQconninfoParse(url, nil) else {
            throw Malformed()
        }
        defer { PQconninfoFree(options) }
        var parameters: [Parameter] = []
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                parameters.append(Parameter(keyword: String(cString: keyword), value: String(cString: value)))
            }
            option += 1
        }
        self.parameters = parameters
    }

    /// Whether a text is meant as such an address.
    package static func isAddress(_ text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
    }

    package var description: String {
        let user = value("user").map { "\($0)@" } ?? ""
        let port = value("port").map { ":\($0)" } ?? ""
        return "postgres://\(user)\(value("host") ?? "")\(port)/\(value("dbname") ?? "")"
    }

    /// A message of libpq or the server on one line, without the password should it be in there.
    func cleaned(_ message: String) -> String {
        let line = message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard let password = value("password"), !password.isEmpty else { return line }
        return line.split(separator: password, omittingEmptySubsequences: false).joined(separator: "***")
    }

    private func value(_ keyword: String) -> String? { parameters.last { $0.keyword == keyword }?.value }
}
