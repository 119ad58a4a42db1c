import HTTPTypes

extension ConnectionMachine {
    /// Carries out what a handler did; events of an exchange that is over are dropped.
    package mutating func handle(_ event: ResponseEvent, number: Int, at now: Moment) {
        guard let exchange, exchange.number == number, state == .responding else { return }
        switch (event, exchange.phase) {
        case (.respond(let status, let fields, let body), .pending):
            respond(status, fields, body: body, at: now)
        case (.start(let status, let fields, let heartbeat), .pending):
            start(status, fields, heartbeat: heartbeat, at: now)
        case (.write(let bytes), .streaming(let framing)):
            write(bytes, framing: framing, at: now)
        case (.finish, .streaming(let framing)):
            finishStream(framing, at: now)
        case (.abandon, .pending):
            let message = "The server lost the request without an answer."
            answerError(.internalServerError, message: message, code: "no_answer", at: now)
        case (.abort, _), (.abandon, _):
            giveUp(.aborted, at: now)
            close(.reset)
        default:
            // A second head, or pieces without one: the writer refuses these before they come here.
            break
        }
        advance(at: now)
    }

    /// Answers a request that no route serves.
    mutating func answerWithoutRoute(_ match: RouteMatch, at now: Moment) {
        let path = exchange?.head.target.path ?? ""
        let method = exchange?.head.method.rawValue ?? ""
        switch match {
        case .route:
            preconditionFailure("a route answers for itself")
        case .options(let allow):
            let list = allow.joined(separator: ", ")
            var fields: HTTPFields = [.allow: list]
            fields.append(
                contentsOf: settings.crossOrigin.preflightFields(for: exchange?.head.fields ?? [:], allow: list)
            )
            respond(.noContent, fields, body: [], at: now)
        case .methodNotAllowed(let allow):
            // RFC 9110 §15.5.6: 405 must list the methods that are allowed.
            let list = allow.joined(separator: ", ")
            let message = "\(method) is not allowed for \(path); allowed: \(list)."
            answerError(
                .methodNotAllowed,
                message: message,
                code: "method_not_allowed",
                fields: [.allow: list],
                at: now
            )
        case .notFound:
            answerError(.notFound, message: "There is nothing at \(path).", code: "not_found", at: now)
        case .notImplemented:
            // RFC 9110 §9.1: 501 for a method that is not recognized or not implemented.
            let message = "The method \(method) is not implemented."
            answerError(.notImplemented, message: message, code: "method_not_implemented", at: now)
        }
    }

    /// Refuses what cannot be parsed, and closes.
    mutating func reject(_ error: HTTPParseError, at now: Moment) {
        if let limit = error.limit { perform(.reached(limit)) }
        // RFC 9110 §12.5.3: with 415, this field says what would have been understood.
        let fields: HTTPFields = error == .unknownContentCoding ? [.acceptEncoding: ContentCoding.accepted] : [:]
        reject(status: error.status, message: error.message, code: error.code, fields: fields, at: now)
    }

    /// Sends an error of the server's own and closes.
    mutating func reject(
        status: HTTPResponse.Status,
        message: String,
        code: String,
        fields: HTTPFields = [:],
        at now: Moment
    ) {
        let requestID = exchange?.requestID ?? makeRequestID()
        var fields = fields
        fields[.contentType] = "application/json"
        let body = ErrorBody.json(message: message, status: status.code, code: code)
        let head = ResponseHead(
            status: status,
            fields: fields,
            framing: .length(body.count),
            persistence: .close,
            date: now.date,
            requestID: requestID
        )
        let hasBody = exchange?.isHeadRequest != true
        send(at: now) { output in
            head.encode(into: &output)
            if hasBody { output.append(contentsOf: body) }
        }
        record(.rejected(code: code), status: status.code, requestID: requestID, at: now)
        exchange = nil
        enterClosing(at: now)
    }

    private mutating func answerError(
        _ status: HTTPResponse.Status,
        message: String,
        code: String,
        fields: HTTPFields = [:],
        at now: Moment
    ) {
        var fields = fields
        fields[.contentType] = "application/json"
        respond(status, fields, body: ErrorBody.json(message: message, status: status.code, code: code), at: now)
    }

    private mutating func respond(
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields,
        body: [UInt8],
        at now: Moment
    ) {
        let allowsBody = Self.allowsBody(status)
        var (fields, body) = (fields, body)
        if allowsBody, body.count >= Self.compressionBytesMin, negotiateCompression(&fields) {
            body = GzipEncoder().encode(body, end: .finish)
        }
        sendHead(status, fields, framing: allowsBody ? .length(body.count) : .none, at: now)
        if allowsBody, exchange?.isHeadRequest == false {
            send(at: now) { $0.append(contentsOf: body) }
            exchange?.bodyBytes = body.count
        }
        finishExchange(at: now)
    }

    private mutating func start(
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields,
        heartbeat: Heartbeat?,
        at now: Moment
    ) {
        guard let version = exchange?.head.version else { return }
        // RFC 9112 §6.1: no Transfer-Encoding to a client that is not known to speak HTTP/1.1.
        let framing: ResponseHead.Framing =
            !Self.allowsBody(status) ? .none : version == .http11 ? .chunked : .untilClose
        if framing == .untilClose { exchange?.closesAfterwards = true }
        var fields = fields
        if framing != .none, negotiateCompression(&fields), exchange?.isHeadRequest == false {
            exchange?.encoder = GzipEncoder()
        }
        sendHead(status, fields, framing: framing, at: now)
        exchange?.phase = .streaming(framing)
        exchange?.graceEnd = nil
        exchange?.probeTime = nil
        guard let heartbeat, !heartbeat.bytes.isEmpty, framing != .none, exchange?.isHeadRequest == false else {
            return
        }
        exchange?.heartbeat = heartbeat
        exchange?.heartbeatTime = now.time + heartbeat.interval
    }

    private mutating func write(_ bytes: [UInt8], framing: ResponseHead.Framing, at now: Moment) {
        // An empty chunk would end the body.
        guard !bytes.isEmpty, framing != .none, exchange?.isHeadRequest == false else { return }
        sendPiece(exchange?.encoder?.encode(bytes, end: .flush) ?? bytes, framing: framing, at: now)
        if let interval = exchange?.heartbeat?.interval { exchange?.heartbeatTime = now.time + interval }
    }

    private mutating func sendPiece(_ bytes: [UInt8], framing: ResponseHead.Framing, at now: Moment) {
        guard output.count + bytes.count <= settings.streamBufferBytesMax else {
            perform(.reached(.streamBuffer))
            giveUp(.aborted, at: now)
            return close(.reset)
        }
        send(at: now) { output in
            if framing == .chunked { output.append(contentsOf: ChunkedEncoder.prefix(byteCount: bytes.count)) }
            output.append(contentsOf: bytes)
            if framing == .chunked { output.append(contentsOf: ChunkedEncoder.suffix) }
        }
        exchange?.bodyBytes += bytes.count
        noteBacklog(at: now)
    }

    /// Tells the handler of a stream when its reader falls behind, and when it has caught up.
    mutating func noteBacklog(at now: Moment) {
        guard let exchange, case .streaming = exchange.phase else { return }
        if catchUpDeadline == nil, output.count > settings.streamPauseBytes {
            catchUpDeadline = now.time + settings.writeTimeout
            perform(.readerBehind(true, number: exchange.number))
        } else if catchUpDeadline != nil, output.count <= settings.streamPauseBytes / 2 {
            catchUpDeadline = nil
            perform(.readerBehind(false, number: exchange.number))
        }
    }

    /// Sends the heartbeat of a stream if it has one and the client is not behind already.
    mutating func sendHeartbeat(at now: Moment) {
        guard let exchange, let heartbeat = exchange.heartbeat, case .streaming(let framing) = exchange.phase else {
            return
        }
        if output.isEmpty {
            write(heartbeat.bytes, framing: framing, at: now)
        } else {
            self.exchange?.heartbeatTime = now.time + heartbeat.interval
        }
    }

    private mutating func finishStream(_ framing: ResponseHead.Framing, at now: Moment) {
        if let encoder = exchange?.encoder {
            sendPiece(encoder.encode([], end: .finish), framing: framing, at: now)
            // The reader may have been too slow for even these bytes.
            guard exchange != nil else { return }
        }
        if framing == .chunked, exchange?.isHeadRequest == false {
            send(at: now) { $0.append(contentsOf: ChunkedEncoder.lastChunk) }
        }
        finishExchange(at: now)
    }

    private mutating func sendHead(
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields,
        framing: ResponseHead.Framing,
        at now: Moment
    ) {
        guard var current = exchange else { preconditionFailure("a response without a request") }
        let isLast = inputEnded && readAheadIndex >= readAhead.count
        if !current.head.isPersistent || isDraining || isLast { current.closesAfterwards = true }
        current.status = status.code
        exchange = current
        var fields = fields
        for field in current.route?.headers ?? [:] where !fields.contains(field.name) { fields.append(field) }
        fields.append(contentsOf: settings.crossOrigin.responseFields(for: current.head.fields))
        let head = ResponseHead(
            status: status,
            fields: fields,
            framing: framing,
            persistence: current.closesAfterwards ? .close : current.head.version == .http10 ? .keepAlive : .implied,
            date: now.date,
            requestID: current.requestID
        )
        send(at: now) { head.encode(into: &$0) }
    }

    /// Bodies below this gain nothing, since they fit one packet anyway.
    private static let compressionBytesMin = 1024

    /// Decides whether the content is sent with gzip, and says so in the fields.
    private func negotiateCompression(_ fields: inout HTTPFields) -> Bool {
        guard settings.compressesResponses, !fields.contains(.contentEncoding), let exchange else { return false }
        // RFC 9110 §12.5.5: also the plain form depends on what was asked for.
        fields.append(HTTPField(name: .vary, value: "Accept-Encoding"))
        guard ContentCoding.acceptsGzip(exchange.head.fields[values: .acceptEncoding]) else { return false }
        fields[.contentEncoding] = "gzip"
        return true
    }

    /// Makes room for the next request or ends the connection.
    private mutating func finishExchange(at now: Moment) {
        let closes = exchange?.closesAfterwards != false || isDraining
        record(.completed, at: now)
        exchange = nil
        catchUpDeadline = nil
        if closes {
            enterClosing(at: now)
        } else {
            // The idle time begins when the client has been given the response; see `wrote`.
            state = .idle
        }
    }

    /// RFC 9110 §6.4.1: responses with 1xx, 204 and 304 have no body.
    private static func allowsBody(_ status: HTTPResponse.Status) -> Bool {
        !(100..<200).contains(status.code) && status.code != 204 && status.code != 304
    }
}
