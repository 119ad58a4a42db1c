package import OrderedJSON

/// The body of `POST /detokenize`.
package struct DetokenizeRequest: Sendable, Equatable {
    /// The model asked for; `nil` is the one that is served.
    package var model: String?
    /// Token ids below the vocabulary's size.
    package var tokens: [Int]
    /// The paths of fields that had no effect.
    package var ignoredFields: [String]

    /// Reads a body.
    ///
    /// - Throws: `APIError` with status 400 that names the field at fault and says what is allowed.
    package init(body: [UInt8], vocabularySize: Int) throws(APIError) {
        try self.init(try ParameterReader.parse(body), vocabularySize: vocabularySize)
    }

    /// Reads a body that is parsed already.
    ///
    /// - Precondition: `vocabularySize` is at least 1.
    package init(_ body: JSONValue, vocabularySize: Int) throws(APIError) {
        let table = TokenizationParameters.tokens(vocabularySize: vocabularySize)
        let (fields, ignored) = try ParameterReader.read(body, table)
        model = fields["model"]?.string
        tokens = fields["tokens"]?.array?.compactMap(\.integer) ?? []
        ignoredFields = ignored
    }
}
