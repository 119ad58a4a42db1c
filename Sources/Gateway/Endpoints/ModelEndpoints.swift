import HTTPServer
import HTTPTypes
import OpenAIAPI

/// `GET /v1/models` and `/v1/models/{id}`.
extension Gateway {
    var modelRoutes: [Route] {
        [
            Route(.get, "/v1/models") { [self] _, writer in
                writer.respond(json: ModelDescription.list(modelNames.map(modelDescription)))
            },
            Route(.get, "/v1/models/{id}") { [self] request, writer in
                do throws(APIError) {
                    try requireServed(request.pathParameter)
                    writer.respond(json: modelDescription(request.pathParameter ?? model.name).body)
                } catch {
                    writer.respond(error)
                }
            },
        ]
    }

    private func modelDescription(_ name: String) -> ModelDescription {
        ModelDescription(
            id: name,
            root: model.name,
            created: model.created,
            ownedBy: "actuary",
            maxModelLength: model.maxModelLength
        )
    }
}
