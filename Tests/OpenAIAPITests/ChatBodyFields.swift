@testable import OpenAIAPI

/// All declared fields of a chat body except `messages`, which every test body has.
enum ChatBodyFields {
    static let names = ChatParameters.completion.parameters.map(\.name).filter { $0 != "messages" }
}
