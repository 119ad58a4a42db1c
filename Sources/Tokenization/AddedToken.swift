/// A token that is found in the text before it is cut into pieces, such as `</s>`.
struct AddedToken: Sendable, Equatable {
    let id: Int32
    let content: String
    /// Special tokens are commands to the model; text that is not trusted must not produce them.
    let isSpecial: Bool
    /// The token takes in the white space before it.
    let stripsLeft: Bool
    /// The token takes in the white space after it.
    let stripsRight: Bool
    /// Searched only in what the other added tokens leave over. (There is no normalizer that could change it.)
    let isNormalized: Bool
}
