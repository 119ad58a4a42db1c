import ChatTemplate
import OrderedJSON
import TestSupport

/// Shorthands of the template tests.
enum Templates {
    /// The checkpoint's template and ours: they must render the same.
    static let nvidia = "templates/nemotron-nano-9b-v2.jinja"
    static let ours = "../../Sources/actuary/Resources/actuary-embedded/chat_template.jinja"

    static func load(_ path: String) throws -> ChatTemplate {
        let source = String(decoding: try Fixtures.bytes(path), as: UTF8.self)
        return try ChatTemplate(source: source, name: "chat_template.jinja")
    }

    /// What a template text renders to.
    static func render(
        _ source: String,
        _ variables: [String: JSONValue] = [:],
        trusted: [String: String] = [:]
    ) throws -> String {
        try ChatTemplate(source: source, name: "t").render(variables, trusted: trusted).text
    }

    /// The parts of the rendered text that the template wrote, as texts.
    static func trustedParts(_ source: String, _ variables: [String: JSONValue]) throws -> [String] {
        trustedParts(try ChatTemplate(source: source, name: "t").render(variables))
    }

    static func trustedParts(_ prompt: RenderedPrompt) -> [String] {
        let bytes = Array(prompt.text.utf8)
        return prompt.trusted.map { String(decoding: bytes[$0], as: UTF8.self) }
    }
}

/// A small random number generator with a seed, so that a failing case can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// Template sources as bytes.
enum FixtureText {
    static func nvidia() throws -> [UInt8] { try Fixtures.bytes(Templates.nvidia) }
}
