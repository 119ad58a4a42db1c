import HTTPServer
import HTTPTypes
import OpenAIAPI

/// `GET /v1/models` and `/v1/models/{id}`.
extension Gateway {
    var modelRoutes: [Route] {
        [
            authenticated(.get, "/v1/models") { [self] _, _, writer in
                writer.respond(json: ModelDescription.list(modelNames.map(modelDescription)))
            },
            authenticated(.get, "/v1/models/{id}") { [self] (request, _, writer) throws(APIError) in
                try requireServed(request.pathParameter)
                writer.respond(json: modelDescription(request.pathParameter ?? model.name).body)
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
