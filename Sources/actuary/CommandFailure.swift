/// Why the command ends without having done what it was asked for: a sentence for the user and an exit code.
///
/// The sentence says what to do. `Actuary.main` is the only place that prints it and ends the process.
enum CommandFailure: Error, Equatable, Sendable {
    /// The command line asks for something that cannot be.
    case badUsage(String)
    /// A file that was given as data is damaged or not what it should be.
    case badInput(String)
    /// A device or a service that is needed is not there.
    case unavailable(String)
    /// Reading, writing or listening failed.
    case inputOutput(String)
    /// The settings of file or environment cannot be used.
    case badConfiguration(String)

    /// The sentence for the user.
    var message: String {
        switch self {
        case .badUsage(let text), .badInput(let text), .unavailable(let text), .inputOutput(let text),
            .badConfiguration(let text):
            text
        }
    }

    /// What the process returns, after `sysexits.h`.
    var exitCode: Int32 {
        switch self {
        case .badUsage: 64
        case .badInput: 65
        case .unavailable: 69
        case .inputOutput: 74
        case .badConfiguration: 78
        }
    }
}
