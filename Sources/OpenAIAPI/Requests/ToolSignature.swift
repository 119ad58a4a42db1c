package import OrderedJSON

/// A tool that an answer may call: what a call of it has to look like.
package struct ToolSignature: Sendable, Equatable {
    package var name: String
    /// The schema of its arguments; `nil` is a tool without any.
    package var parameters: JSONValue?
    /// `strict`: whether its arguments must be valid wherever it is called.
    package var isStrict: Bool
    /// Where the schema stands in the body.
    package var path: String

    package init(name: String, parameters: JSONValue?, isStrict: Bool = false, path: String = "") {
        self.name = name
        self.parameters = parameters
        self.isStrict = isStrict
        self.path = path
    }
}
