/// A regular expression, taken apart.
indirect enum RegexNode: Equatable, Sendable {
    case characters(ScalarSet)
    case sequence([RegexNode])
    case choice([RegexNode])
    case repeated(RegexNode, atLeast: Int, atMost: Int?)
    /// `^` and `$`.
    case start
    case end
}
