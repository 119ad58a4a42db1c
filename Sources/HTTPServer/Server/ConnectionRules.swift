/// What the connections of a server have in common; kept once, so that each of them stays small.
package final class ConnectionRules: Sendable {
    /// Limits and timeouts.
    let settings: ServerSettings
    /// Finds the handlers.
    let router: Router

    /// Makes the rules of a server.
    package init(settings: ServerSettings, router: Router) {
        self.settings = settings
        self.router = router
    }
}
