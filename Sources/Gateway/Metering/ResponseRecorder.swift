import Billing
import HTTPServer
import HTTPTypes
import Synchronization

/// Stands between an answer and its connection: keeps what is sent, so that it can be sent again.
///
/// It is the sink of a writer of its own, and passes on to the connection's writer what that one is told.
final class ResponseRecorder: ResponseSink {
    private struct State {
        var status = 0
        var contentType = ""
        var body: [UInt8] = []
        var isTooLong = false
        /// What is held back while the last bytes are put together.
        var held: [ResponseEvent]?
        var lateFields: HTTPFields = [:]

        /// Notes an event, and returns it with what is added to it.
        mutating func record(_ event: ResponseEvent, bytesMax: Int) -> ResponseEvent {
            switch event {
            case .respond(let status, var fields, let body):
                for field in lateFields { fields[field.name] = field.value }
                note(status, fields)
                add(body, bytesMax)
                return .respond(status, fields, body: body)
            case .start(let status, let fields, _): note(status, fields)
            case .write(let bytes): add(bytes, bytesMax)
            case .finish, .abort, .abandon: break
            }
            return event
        }

        private mutating func note(_ newStatus: HTTPResponse.Status, _ fields: HTTPFields) {
            status = newStatus.code
            contentType = fields[.contentType] ?? ""
        }

        private mutating func add(_ bytes: [UInt8], _ bytesMax: Int) {
            guard !isTooLong else { return }
            guard body.count + bytes.count <= bytesMax else {
                isTooLong = true
                body = []
                return
            }
            body.append(contentsOf: bytes)
        }
    }

    private let writer: ResponseWriter
    /// The longest answer that is kept; 0 keeps none.
    private let bytesMax: Int
    private let state = Mutex(State())

    init(_ writer: ResponseWriter, bytesMax: Int) {
        self.writer = writer
        self.bytesMax = bytesMax
    }

    /// A writer whose answers are recorded and passed on.
    func makeWriter() -> ResponseWriter {
        ResponseWriter(sink: self, address: ExchangeAddress(connection: 0, number: 0))
    }

    /// Has the last bytes of an answer put together, shows the whole answer, and only then sends them.
    ///
    /// - Parameters:
    ///   - fields: For the head, if it has not been sent.
    ///   - tell: Puts the last bytes together.
    ///   - show: Called with the answer unless it is too long, or no answer.
    func finish(fields: HTTPFields, _ tell: () -> Void, show: (StoredResponse) -> Void) {
        state.withLock {
            $0.held = []
            $0.lateFields = fields
        }
        tell()
        let (answer, held) = state.withLock { state in
            defer { state.held = nil }
            let answer = StoredResponse(status: state.status, contentType: state.contentType, body: state.body)
            return (state.isTooLong || state.status == 0 ? nil : answer, state.held ?? [])
        }
        if let answer { show(answer) }
        for event in held { pass(event) }
    }

    func post(_ event: ResponseEvent, to address: ExchangeAddress) {
        let event = state.withLock { state -> ResponseEvent? in
            let event = state.record(event, bytesMax: bytesMax)
            guard state.held != nil else { return event }
            state.held?.append(event)
            return nil
        }
        if let event { pass(event) }
    }

    private func pass(_ event: ResponseEvent) {
        switch event {
        case .respond(let status, let fields, let body): writer.respond(status: status, headers: fields, body: body)
        case .start(let status, let fields, let heartbeat):
            writer.startStream(status: status, headers: fields, heartbeat: heartbeat)
        case .write(let bytes): writer.write(bytes)
        case .finish: writer.finish()
        case .abort: writer.abort()
        // The connection's writer notices by itself when nobody holds it.
        case .abandon: break
        }
    }
}
