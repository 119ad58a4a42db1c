/// What a router knows about a request.
package enum RouteMatch: Sendable {
    /// A route serves it; the parameter is fully decoded.
    case route(Route, parameter: String?)
    /// OPTIONS for a path that exists, or `OPTIONS *`; the methods to list in `Allow`.
    case options(allow: [String])
    /// The path exists, but not with this method.
    case methodNotAllowed(allow: [String])
    /// No such path.
    case notFound
    /// The server has no use for this method on any path.
    case notImplemented
}
