import OpenAIAPI
import OrderedJSON
import Testing

/// A valid chat body with changes, and what becomes of it.
enum ChatBody {
    /// The smallest valid body, with further members or others in their place; JSON text.
    static func bytes(_ members: String = "") -> [UInt8] {
        let separator = members.isEmpty ? "" : ", "
        return Array(#"{"messages": [{"role": "user", "content": "hi"}]\#(separator)\#(members)}"#.utf8)
    }

    /// A body with these messages.
    static func bytes(messages: String) -> [UInt8] { Array(#"{"messages": \#(messages)}"#.utf8) }

    static func read(_ members: String = "") throws -> ChatCompletionRequest {
        try ChatCompletionRequest(body: bytes(members))
    }

    /// The error that a body gets, which must be one.
    static func error(_ body: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws -> APIError {
        try #require(
            throws: APIError.self,
            "accepted: \(String(decoding: body, as: UTF8.self))",
            sourceLocation: sourceLocation
        ) {
            try ChatCompletionRequest(body: body)
        }
    }

    static func error(_ members: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> APIError {
        try error(bytes(members), sourceLocation: sourceLocation)
    }
}
