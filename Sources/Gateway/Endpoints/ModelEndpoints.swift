import HTTPServer
import HTTPTypes
import OpenAIAPI

/// `GET /v1/models` and `/v1/models/{id}`.
extension Gateway {
    var modelRoutes: [Route] {
        [
            Route(.get, "/v1/models") { [self] _, writer in
                writer.respond(json: ModelDescription.list([modelDescription]))
            },
            Route(.get, "/v1/models/{id}") { [self] request, writer in
                do throws(APIError) {
                    try requireServed(request.pathParameter)
                    writer.respond(json: modelDescription.body)
                } catch {
                    writer.respond(error)
                }
            },
        ]
    }

    /// A request may leave the model out, but not ask for another one.
    func requireServed(_ name: String?) throws(APIError) {
        guard let name, name != model.name else { return }
        throw .modelNotFound(name, served: model.name)
    }

    private var modelDescription: ModelDescription {
        ModelDescription(
            id: model.name,
            created: model.created,
            ownedBy: "actuary",
            maxModelLength: model.maxModelLength
        )
    }
}
