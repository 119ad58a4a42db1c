import HTTPTypes

/// Names that the vocabulary lacks, or has only for versions where they are pseudo-fields or forbidden.
extension HTTPField.Name {
    static let hostField = wellKnown("Host")
    static let transferCodings = wellKnown("Transfer-Encoding")

    /// The id that ties a response to the server's log.
    static let requestID = wellKnown("X-Request-Id")

    private static func wellKnown(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("'\(text)' is no field name") }
        return name
    }
}
