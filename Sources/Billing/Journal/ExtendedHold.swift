/// An open hold whose thinking bound was raised while the request ran: its terms from now on.
package struct ExtendedHold: Hashable, Sendable, Codable {
    /// When the request began; it counts and is billed in the day and month of that moment.
    package var begunAt: Milliseconds
    package var terms: HoldTerms

    package init(begunAt: Milliseconds, terms: HoldTerms) {
        self.begunAt = begunAt
        self.terms = terms
    }

    private enum CodingKeys: String, CodingKey {
        case begunAt = "begun_at"
        case terms
    }
}
