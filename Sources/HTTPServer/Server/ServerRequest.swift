package import HTTPTypes

/// A whole request, as handlers get it.
package struct ServerRequest: Sendable {
    /// The method; HEAD reaches the handler of GET as HEAD.
    package var method: HTTPRequest.Method

    /// The target as it was sent.
    package var target: String

    /// The path, percent-decoded except for `%2F` and `%25`.
    package var path: String

    /// The query as it was sent, without its question mark.
    package var query: String?

    /// The pattern of the route that matched, fit to label metrics.
    package var route: String

    /// What the route's trailing parameter matched, fully percent-decoded; slashes are possible.
    package var pathParameter: String?

    /// The host and port the client asked for: the target's authority if it has one, else the Host field.
    package var authority: String?

    /// The header fields in the order they came.
    package var headerFields: HTTPFields

    /// The decoded body.
    package var body: [UInt8]

    /// The client's address without its port.
    package var peerAddress: String

    /// The client's `x-request-id` if it is sane, else one that was made up; every response carries it.
    package var requestID: String

    /// Creates a request, as tests of handlers need it.
    package init(
        method: HTTPRequest.Method,
        path: String,
        target: String? = nil,
        query: String? = nil,
        route: String? = nil,
        pathParameter: String? = nil,
        authority: String? = nil,
        headerFields: HTTPFields = [:],
        body: [UInt8] = [],
        peerAddress: String = "127.0.0.1",
        requestID: String = "request"
    ) {
        self.method = method
        self.target = target ?? path
        self.path = path
        self.query = query
        self.route = route ?? path
        self.pathParameter = pathParameter
        self.authority = authority
        self.headerFields = headerFields
        self.body = body
        self.peerAddress = peerAddress
        self.requestID = requestID
    }
}

extension ServerRequest {
    /// One `name=value` of a query.
    package struct QueryItem: Sendable, Equatable {
        /// The name, decoded.
        package var name: String

        /// The value, decoded; nil if there is no equals sign.
        package var value: String?

        /// Creates an item.
        package init(name: String, value: String?) {
            self.name = name
            self.value = value
        }
    }

    /// The items of the query in order, decoded as HTML forms are.
    package var queryItems: [QueryItem] {
        guard let query else { return [] }
        return Array(query.utf8).split(separator: UInt8(ascii: "&")).map { item in
            let parts = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return QueryItem(
                name: PercentCoding.decodeQueryComponent(parts[0]),
                value: parts.count > 1 ? PercentCoding.decodeQueryComponent(parts[1]) : nil
            )
        }
    }
}
