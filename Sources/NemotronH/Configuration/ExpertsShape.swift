/// The sizes of the mixtures of experts, and how their routers choose.
package struct ExpertsShape: Sendable, Equatable {
    package let expertCount: Int
    package let chosenCount: Int
    package let intermediateSize: Int
    package let sharedIntermediateSize: Int
    package let groupCount: Int
    package let openGroupCount: Int
    package let normalizesWeights: Bool
    package let scale: Float
    /// Width at which the experts work, if it is not the hidden size.
    package let latentSize: Int?
}
