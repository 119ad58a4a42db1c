package import ChatTemplate
package import Tokenization

/// The model behind the endpoints, as far as text is concerned.
package struct ServedModel: Sendable {
    /// What `/v1/models` calls it.
    package var name: String
    /// When it was loaded, Unix seconds.
    package var created: Int
    /// The longest prompt and completion together, tokens.
    package var maxModelLength: Int
    /// Changes when equal requests may be answered differently.
    package var fingerprint: String
    package var tokenizer: Tokenizer
    package var prompts: PromptBuilder

    package init(
        name: String,
        created: Int,
        maxModelLength: Int,
        fingerprint: String,
        tokenizer: Tokenizer,
        prompts: PromptBuilder
    ) {
        self.name = name
        self.created = created
        self.maxModelLength = maxModelLength
        self.fingerprint = fingerprint
        self.tokenizer = tokenizer
        self.prompts = prompts
    }
}
