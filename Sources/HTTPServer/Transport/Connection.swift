/// A connection inside its event loop: socket, machine and the writer of the running response.
final class Connection {
    let id: UInt64
    let peer: PeerAddress
    /// The limit it is over; then it only gets an answer that says so.
    let refusal: ConnectionRefusal?
    let socket: ConnectionSocket
    var machine: ConnectionMachine

    /// What encrypts the connection; nil if it is plain.
    var session: TLSSession?

    /// How many bytes of the machine's output are sealed and not yet sent.
    var sealedTextBytes = 0

    /// The writer of the running exchange; weak, because a handler that loses it has to be noticed.
    weak var writer: ResponseWriter?

    /// Whether it is in the loop's list of connections to be served this turn.
    var isTouched = false

    /// The earliest entry of this connection in the loop's deadline queue.
    var scheduledDeadline: Duration?

    init(
        id: UInt64,
        peer: PeerAddress,
        refusal: ConnectionRefusal?,
        socket: ConnectionSocket,
        session: TLSSession?,
        machine: ConnectionMachine
    ) {
        self.id = id
        self.peer = peer
        self.refusal = refusal
        self.socket = socket
        self.session = session
        self.machine = machine
    }
}
