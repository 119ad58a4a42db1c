import OrderedJSON

/// What the conversation wants done.
enum ChatAction: Equatable, Sendable {
    /// Write to standard output.
    case write(String)
    /// Write a line to standard error.
    case complain(String)
    /// Read the next line.
    case readLine
    /// Ask the server what its first model is called.
    case findModel
    /// Send a chat completion, the answer to the turn of that number.
    case ask(turn: Int, body: JSONValue)
    /// Cancel the request that is running.
    case cancel
    /// End the program; `hasFailed` if a turn of a pipe was not answered.
    case end(hasFailed: Bool)
}
