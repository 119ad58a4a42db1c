import OpenAIAPI

/// The names under which the served model can be asked for: its own, and those that say how far to think.
extension Gateway {
    /// A request may leave the model out, but not ask for another one.
    func requireServed(_ name: String?) throws(APIError) { _ = try modelSuffix(of: name) }

    /// What a model's name says about thinking.
    ///
    /// - Throws: 404 for another model, 400 for a bound in the name that is no number.
    func modelSuffix(of name: String?) throws(APIError) -> ModelSuffix? {
        guard let name, name != model.name else { return nil }
        guard name.hasPrefix(model.name + ":"),
            let suffix = try ModelSuffix(String(name.dropFirst(model.name.count + 1)))
        else { throw .modelNotFound(name, served: model.name) }
        return suffix
    }

    /// All names that a list shows, the plain one first.
    var modelNames: [String] { [model.name] + ModelSuffix.listed.map { "\(model.name):\($0)" } }
}
