/// Where the model is to run.
enum DeviceChoice: String, CaseIterable, Sendable {
    /// The fastest device that is there.
    case auto
    case cpu
    case cuda
}
