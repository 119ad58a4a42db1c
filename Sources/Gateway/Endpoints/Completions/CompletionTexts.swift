/// The raw text of each choice: thought and answer in one, as the model wrote them behind the prompt.
///
/// A prompt that ends inside a thought is gone on with, so the text has the tag that ends the thought; white space around
/// the tag is the standard one.
struct CompletionTexts {
    /// A prompt for each `choiceCount` choices, if prompts are echoed.
    private let echoes: [String]
    private let choiceCount: Int
    private var thoughts: [Int: InlineThought] = [:]

    init(choiceCount: Int, echoes: [String]) {
        self.choiceCount = choiceCount
        self.echoes = echoes
    }

    /// The prompt that a choice begins with, if prompts are echoed.
    func echo(of choice: Int) -> String? { echoes.isEmpty ? nil : echoes[choice / choiceCount] }

    /// The text of a part of a choice.
    mutating func text(of part: AnswerPart, choice: Int) -> String {
        switch part {
        case .reasoning(let text): return thoughts[choice, default: InlineThought(opensThought: false)].thought(text)
        case .content(let text): return (thoughts[choice]?.close() ?? "") + text
        case .tokens: return ""
        case .call, .arguments: preconditionFailure("a raw prompt offers no tools")
        }
    }
}
