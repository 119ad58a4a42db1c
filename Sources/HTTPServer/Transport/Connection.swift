/// A connection inside its event loop: socket, machine and the writer of the running response.
final class Connection {
    let id: UInt64
    let peer: PeerAddress
    /// Whether it is over a limit and only gets an answer that says so.
    let isRefused: Bool
    let socket: ConnectionSocket
    var machine: ConnectionMachine

    /// The writer of the running exchange; weak, because a handler that loses it has to be noticed.
    weak var writer: ResponseWriter?

    /// Whether it is in the loop's list of connections to be served this turn.
    var isTouched = false

    /// The earliest entry of this connection in the loop's deadline queue.
    var scheduledDeadline: Duration?

    init(id: UInt64, peer: PeerAddress, isRefused: Bool, socket: ConnectionSocket, machine: ConnectionMachine) {
        self.id = id
        self.peer = peer
        self.isRefused = isRefused
        self.socket = socket
        self.machine = machine
    }
}
