import HTTPServer
import HTTPTypes
import OpenAIAPI

extension ResponseWriter {
    /// Answers with a JSON document.
    func respond(json body: [UInt8], headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        respond(status: .ok, headers: headers, body: body)
    }

    /// Answers with an error.
    func respond(_ error: APIError) {
        var headers: HTTPFields = [.contentType: "application/json"]
        for field in error.headerFields {
            if let name = HTTPField.Name(field.name) { headers[name] = field.value }
        }
        respond(status: HTTPResponse.Status(code: error.status), headers: headers, body: error.body)
    }
}

extension HTTPFields {
    /// The header that lists fields of a body without effect, if there are any.
    static func reporting(ignored names: [String]) -> HTTPFields {
        var fields: HTTPFields = [:]
        if let value = IgnoredFields.headerValue(names), let name = HTTPField.Name(IgnoredFields.headerName) {
            fields[name] = value
        }
        return fields
    }
}
