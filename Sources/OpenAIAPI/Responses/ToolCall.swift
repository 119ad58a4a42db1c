import OrderedJSON

/// A call of a tool by the model.
package struct ToolCall: Sendable, Equatable {
    /// `call_…`; the tool's answer names it.
    package var id: String
    package var name: String
    /// JSON text; incomplete if the answer was cut off in it.
    package var arguments: String

    package init(id: String, name: String, arguments: String = "") {
        self.id = id
        self.name = name
        self.arguments = arguments
    }

    /// Whether the arguments are a whole JSON object.
    package var isComplete: Bool { (try? JSONValue(parsing: arguments))?.object != nil }

    /// Appends `{"name","arguments"}`.
    func appendFunction(to bytes: inout [UInt8]) {
        bytes.json(#"{"name":"#)
        bytes.json(string: name)
        bytes.json(#","arguments":"#)
        bytes.json(string: arguments)
        bytes.json("}")
    }

    /// Appends `{"id","type","function"}`.
    func append(to bytes: inout [UInt8]) {
        bytes.json(#"{"id":"#)
        bytes.json(string: id)
        bytes.json(#","type":"function","function":"#)
        appendFunction(to: &bytes)
        bytes.json("}")
    }
}
