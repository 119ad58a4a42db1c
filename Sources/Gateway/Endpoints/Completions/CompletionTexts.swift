/// The raw text of each choice: thought and answer in one, as the model wrote them behind the prompt.
///
/// A prompt that ends inside a thought is gone on with, so the text has the tag that ends the thought; white space around
/// the tag is the standard one.
struct CompletionTexts {
    /// A prompt for each `choiceCount` choices, if prompts are echoed.
    private let echoes: [String]
    private let choiceCount: Int
    private var thinks: Set<Int> = []

    init(choiceCount: Int, echoes: [String]) {
        self.choiceCount = choiceCount
        self.echoes = echoes
    }

    /// What a choice begins with.
    func beginning(of choice: Int) -> String { echoes.isEmpty ? "" : echoes[choice / choiceCount] }

    /// The text of a part of a choice.
    mutating func text(of part: AnswerPart, choice: Int) -> String {
        switch part {
        case .reasoning(let text):
            thinks.insert(choice)
            return text
        case .content(let text): return (thinks.remove(choice) == nil ? "" : "\n</think>\n\n") + text
        case .call, .arguments: preconditionFailure("a raw prompt offers no tools")
        }
    }
}
