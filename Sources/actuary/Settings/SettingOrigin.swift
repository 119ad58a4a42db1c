/// Where a value was written.
enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
    /// A file, with the line counted from 1.
    case file(String, line: Int)
    /// An environment variable.
    case environment(String)
    /// A flag of the command line, with its dashes.
    case flag(String)

    var description: String {
        switch self {
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let name): "environment variable \(name)"
        case .flag(let name): name
        }
    }
}
