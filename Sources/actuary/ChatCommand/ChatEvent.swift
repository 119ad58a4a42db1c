/// What happens to a conversation at the terminal.
enum ChatEvent: Equatable, Sendable {
    /// A line was typed, or read from a pipe.
    case line(String)
    /// Ctrl-D, or the end of the pipe.
    case endOfInput
    /// Ctrl-C.
    case interrupt
    /// The name of the server's first model has come.
    case model(String)
    /// The name of the model could not be had.
    case modelFailed(ClientError)
    /// Something of the answer to the turn of that number has come.
    case reply(turn: Int, ClientEvent)
}
