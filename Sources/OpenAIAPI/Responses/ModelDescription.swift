/// A model as `GET /v1/models` lists it.
package struct ModelDescription: Sendable, Equatable {
    package var id: String
    /// The model behind a name that also says how far to think; otherwise the same as `id`.
    package var root: String
    /// When it was loaded, Unix seconds.
    package var created: Int
    package var ownedBy: String
    /// The longest prompt and completion together, tokens.
    package var maxModelLength: Int

    package init(id: String, root: String? = nil, created: Int, ownedBy: String, maxModelLength: Int) {
        self.id = id
        self.root = root ?? id
        self.created = created
        self.ownedBy = ownedBy
        self.maxModelLength = maxModelLength
    }

    /// The body of `GET /v1/models/{id}`.
    package var body: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// The body of `GET /v1/models`.
    package static func list(_ models: [ModelDescription]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.json(#"{"object":"list","data":["#)
        for (index, model) in models.enumerated() {
            if index > 0 { bytes.json(",") }
            model.append(to: &bytes)
        }
        bytes.json("]}")
        return bytes
    }

    private func append(to bytes: inout [UInt8]) {
        bytes.json(#"{"id":"#)
        bytes.json(string: id)
        bytes.json(#","object":"model","created":"#)
        bytes.json(created)
        bytes.json(#","owned_by":"#)
        bytes.json(string: ownedBy)
        bytes.json(#","root":"#)
        bytes.json(string: root)
        bytes.json(#","max_model_len":"#)
        bytes.json(maxModelLength)
        bytes.json("}")
    }
}
