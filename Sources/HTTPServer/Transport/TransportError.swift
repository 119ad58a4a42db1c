import Glibc

/// A reason why the server cannot listen.
package enum TransportError: Error, Equatable, Sendable {
    /// The host is neither a literal address nor a name that resolves.
    case unresolvableHost(String, reason: String)
    /// Another socket has the port.
    case addressInUse(host: String, port: UInt16)
    /// The port needs privileges.
    case permissionDenied(host: String, port: UInt16)
    /// A system call failed with this `errno`.
    case cannotListen(host: String, port: UInt16, call: String, code: Int32)
    /// The server was started before.
    case alreadyStarted
}

extension TransportError: CustomStringConvertible {
    /// One sentence that says what to do.
    package var description: String {
        switch self {
        case .unresolvableHost(let host, let reason):
            "The host '\(host)' cannot be resolved (\(reason)); give an address of this machine."
        case .addressInUse(let host, let port):
            "Port \(port) on \(host) is taken; stop the other program or choose another port."
        case .permissionDenied(let host, let port):
            "Port \(port) on \(host) needs privileges; choose a port above 1023."
        case .cannotListen(let host, let port, let call, let code):
            "Cannot listen on \(host) port \(port): \(call): \(String(cString: strerror(code)))."
        case .alreadyStarted:
            "This server was started before; create another one."
        }
    }
}
