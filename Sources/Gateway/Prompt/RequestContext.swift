import HTTPServer
import HTTPTypes
import OpenAIAPI

/// What is known of a request beside its body: who sent it, and what headers and the model's name say.
struct RequestContext: Sendable {
    var principal: Principal
    /// The model's name as it was asked for; answers repeat it.
    var modelName: String
    /// What that name says about thinking.
    var modelSuffix: ModelSuffix?
    /// The bound of the header `x-max-think-tokens`.
    var headerBound: Int?
}

extension Gateway {
    /// Reads what a request says beside its body.
    ///
    /// - Throws: 404 if `model` is not served, 400 for a bound in name or header that is no number, and for other headers
    ///   that look like one.
    func context(
        of http: ServerRequest,
        _ principal: Principal,
        model name: String?
    ) throws(APIError) -> RequestContext {
        let suffix = try modelSuffix(of: name)
        try ThinkingHeader.check(http.headerFields.lazy.map(\.name.canonicalName))
        let header = HTTPField.Name(ThinkingHeader.name).flatMap { http.headerFields[$0] }
        return RequestContext(
            principal: principal,
            modelName: name ?? model.name,
            modelSuffix: suffix,
            headerBound: try ThinkingHeader.bound(header)
        )
    }
}
