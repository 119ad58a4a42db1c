import HTTPServer
import HTTPTypes
import OpenAIAPI
import OrderedJSON
import Tokenization

/// `GET /openapi.json`: what can be sent, for programs. Open to everybody who can connect.
extension Gateway {
    var openAPIRoutes: [Route] {
        let document = OpenAPIDocument(
            vocabularySize: model.tokenizer.vocabularySize,
            maxChoices: settings.maxChoices
        )
        let bytes = document.json.utf8()
        return [Route(.get, OpenAPIDocument.path) { _, writer in writer.respond(json: bytes) }]
    }
}
