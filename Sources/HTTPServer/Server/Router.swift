package import HTTPTypes

/// Finds the route of a request; a value without state.
///
/// Literal paths go before parameters, and longer patterns before shorter ones. `OPTIONS` and `HEAD` need no routes.
package struct Router: Sendable {
    private struct Parameterized {
        let prefix: String
        let suffix: String
        var routes: [Route]
    }

    private var literals: [String: [Route]] = [:]
    private var parameterized: [Parameterized] = []
    private let allMethods: [String]

    /// Methods that are understood, if only to be refused with 405.
    ///
    /// CONNECT is not among them: this server is no proxy.
    private static let knownMethods: Set<String> = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY",
    ]

    /// Creates a router.
    ///
    /// - Precondition: No two routes have the same method and pattern.
    package init(_ routes: [Route]) {
        for route in routes {
            if let (prefix, suffix) = Route.parameterPlace(in: route.pattern) {
                let known = parameterized.firstIndex { $0.prefix == prefix && $0.suffix == suffix }
                let place = known ?? parameterized.endIndex
                if known == nil { parameterized.append(Parameterized(prefix: prefix, suffix: suffix, routes: [])) }
                Self.append(route, to: &parameterized[place].routes)
            } else {
                Self.append(route, to: &literals[route.pattern, default: []])
            }
        }
        parameterized.sort { one, other in
            (one.prefix.utf8.count, one.suffix.utf8.count) > (other.prefix.utf8.count, other.suffix.utf8.count)
        }
        allMethods = Self.allowed(routes)
    }

    /// Finds what serves a method and target.
    package func match(_ method: HTTPRequest.Method, _ target: RequestTarget) -> RouteMatch {
        guard Self.knownMethods.contains(method.rawValue) else { return .notImplemented }
        // RFC 9112 §3.2.4: `OPTIONS *` asks about the server as a whole.
        guard target.form != .asterisk else { return .options(allow: allMethods) }
        if let routes = literals[target.path] {
            return choose(from: routes, method, parameter: nil)
        }
        for candidate in parameterized where target.path.utf8.starts(with: candidate.prefix.utf8) {
            // By bytes: as characters, a combining mark behind the slash would hide it.
            let behind = target.path.utf8.dropFirst(candidate.prefix.utf8.count)
            guard behind.suffix(candidate.suffix.utf8.count).elementsEqual(candidate.suffix.utf8) else { continue }
            let rest = Substring(behind.dropLast(candidate.suffix.utf8.count))
            guard !rest.isEmpty, let parameter = PercentCoding.decode(rest) else { continue }
            return choose(from: candidate.routes, method, parameter: parameter)
        }
        return .notFound
    }

    private func choose(from routes: [Route], _ method: HTTPRequest.Method, parameter: String?) -> RouteMatch {
        if let route = routes.first(where: { $0.method == method }) { return .route(route, parameter: parameter) }
        // RFC 9110 §9.3.2: HEAD is GET without the body.
        if method == .head, let route = routes.first(where: { $0.method == .get }) {
            return .route(route, parameter: parameter)
        }
        let allow = Self.allowed(routes)
        return method == .options ? .options(allow: allow) : .methodNotAllowed(allow: allow)
    }

    private static func append(_ route: Route, to routes: inout [Route]) {
        precondition(
            !routes.contains { $0.method == route.method },
            "two routes for \(route.method.rawValue) \(route.pattern)"
        )
        routes.append(route)
    }

    private static func allowed(_ routes: [Route]) -> [String] {
        var methods = Set(routes.map(\.method.rawValue))
        if methods.contains("GET") { methods.insert("HEAD") }
        methods.insert("OPTIONS")
        return methods.sorted()
    }
}
