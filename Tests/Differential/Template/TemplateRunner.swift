import ChatTemplate
// Brings the mathematics library along, which rounding needs.
import Glibc
import OrderedJSON

/// Renders templates for the differential test: JSON lines in, JSON lines out.
///
/// In: `{"template": text, "variables": {…}}`. Out: `{"text": …, "trusted": [[from, to], …]}` or `{"error": …}`.
@main
struct TemplateRunner {
    static func main() {
        var templates: [String: ChatTemplate] = [:]
        while let line = readLine(strippingNewline: true) { print(answer(line, &templates).text()) }
    }

    private static func answer(_ line: String, _ templates: inout [String: ChatTemplate]) -> JSONValue {
        do {
            let request = try JSONValue(parsing: line, options: .python)
            let source = request["template"]?.string ?? ""
            let template = try templates[source] ?? ChatTemplate(source: source, name: "template")
            templates[source] = template
            var variables: [String: JSONValue] = [:]
            for member in request["variables"]?.object ?? JSONObject() { variables[member.key] = member.value }
            let prompt = try template.render(variables)
            let runs = prompt.trusted.map { run in
                JSONValue.array([.integer(Int64(run.lowerBound)), .integer(Int64(run.upperBound))])
            }
            return ["text": .string(prompt.text), "trusted": .array(runs)]
        } catch {
            return ["error": .string("\(error)")]
        }
    }
}
