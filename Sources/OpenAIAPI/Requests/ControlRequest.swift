package import OrderedJSON

/// The body of `POST /v1/chat/completions/control`.
package struct ControlRequest: Sendable, Equatable {
    /// What becomes of the thought.
    package enum Action: Sendable, Equatable {
        case endThinking
        case extendThinking(tokens: Int)

        /// The word in bodies.
        package var name: String {
            switch self {
            case .endThinking: "end_thinking"
            case .extendThinking: "extend_thinking"
            }
        }
    }

    /// The id that the answer in question carries, for example `chatcmpl-…`.
    package var id: String
    package var action: Action
    /// The paths of fields that had no effect.
    package var ignoredFields: [String]

    static let table = ParameterTable([
        .built("id", .string(bytes: 1...512), required: true),
        .built("action", .word(["end_thinking", "extend_thinking"]), required: true),
        .budget("tokens", .integer(1...ChatParameters.maxTokenCount)),
        .built("model", .string(bytes: 1...512)),
    ])

    /// Reads a body.
    ///
    /// - Throws: `APIError` with status 400 that names the field at fault and says what is allowed.
    package init(body: [UInt8]) throws(APIError) { try self.init(try ParameterReader.parse(body)) }

    /// Reads a body that is parsed already.
    package init(_ body: JSONValue) throws(APIError) {
        let (fields, ignored) = try ParameterReader.read(body, Self.table)
        id = fields["id"]?.string ?? ""
        ignoredFields = ignored
        let tokens = fields["tokens"]?.integer
        if fields["action"] == "extend_thinking" {
            guard let tokens else { throw .missingParameter("tokens") }
            action = .extendThinking(tokens: tokens)
        } else {
            guard tokens == nil else {
                throw .invalidRequest(
                    "'tokens' says by how much 'extend_thinking' extends; 'end_thinking' takes no number.",
                    param: "tokens",
                    code: "invalid_value"
                )
            }
            action = .endThinking
        }
    }
}
