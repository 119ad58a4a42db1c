/// What a completion and every chunk of its stream have in common.
package struct CompletionIdentity: Sendable, Equatable {
    /// `chatcmpl-…`.
    package var id: String
    /// Unix seconds.
    package var created: Int
    /// The name of the model that answers.
    package var model: String
    /// Changes when equal requests may be answered differently; `nil` says nothing about it.
    package var systemFingerprint: String?
    /// The class of service that was given.
    package var serviceTier: String

    package init(
        id: String,
        created: Int,
        model: String,
        systemFingerprint: String? = nil,
        serviceTier: String = "default"
    ) {
        self.id = id
        self.created = created
        self.model = model
        self.systemFingerprint = systemFingerprint
        self.serviceTier = serviceTier
    }

    /// Appends the members from `id` to `service_tier`, without braces.
    func append(object: StaticString, to bytes: inout [UInt8]) {
        bytes.json(#""id":"#)
        bytes.json(string: id)
        bytes.json(#","object":""#)
        bytes.json(object)
        bytes.json(#"","created":"#)
        bytes.json(created)
        bytes.json(#","model":"#)
        bytes.json(string: model)
        bytes.json(#","system_fingerprint":"#)
        bytes.json(string: systemFingerprint)
        bytes.json(#","service_tier":"#)
        bytes.json(string: serviceTier)
    }
}
