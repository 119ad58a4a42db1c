/// How a router chooses the experts of a token.
package struct ExpertRouting: Sendable {
    package let chosenCount: Int
    package let groupCount: Int
    /// Groups that may be chosen from.
    package let openGroupCount: Int
    package let normalizesWeights: Bool
    package let scale: Float
    /// Added to the scores to choose, not to weigh; one for each expert.
    package let correction: [Float]

    package init(
        chosenCount: Int,
        groupCount: Int,
        openGroupCount: Int,
        normalizesWeights: Bool,
        scale: Float,
        correction: [Float]
    ) {
        self.chosenCount = chosenCount
        self.groupCount = groupCount
        self.openGroupCount = openGroupCount
        self.normalizesWeights = normalizesWeights
        self.scale = scale
        self.correction = correction
    }
}
