import Foundation
import HTTPServer
import OpenAIAPI

/// Called by libFuzzer with made-up bytes; what is tried with them is chosen by the variable `FUZZ_TARGET`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

private let target: @Sendable ([UInt8]) -> Void = {
    switch ProcessInfo.processInfo.environment["FUZZ_TARGET"] {
    case "parser": { checkSplits(of: $0) }
    case "chunked": { checkSplits(of: head("Transfer-Encoding: chunked") + $0) }
    case "gzip": { checkSplits(of: head("Content-Encoding: \(coding(of: $0))\r\nContent-Length: \($0.count)") + $0) }
    case "tls": fuzzTLS
    case "json": checkBodies
    case let name: preconditionFailure("FUZZ_TARGET is \(name ?? "not set")")
    }
}()

private func head(_ fields: String) -> [UInt8] {
    Array("POST / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n".utf8)
}

/// What begins like gzip is sent as gzip, everything else as deflate.
private func coding(of bytes: [UInt8]) -> String { bytes.first == 0x1F ? "gzip" : "deflate" }

/// Each kind of body is a request or an error of the client's, whatever it is.
private func checkBodies(_ bytes: [UInt8]) {
    checkRefusal { _ = try ChatCompletionRequest(body: bytes) }
    checkRefusal { _ = try ResponsesRequest(body: bytes) }
    checkRefusal { _ = try MessagesRequest(body: bytes) }
    checkRefusal { _ = try ControlRequest(body: bytes) }
    checkRefusal { _ = try TokenizeRequest(body: bytes) }
    checkRefusal { _ = try DetokenizeRequest(body: bytes, vocabularySize: 1000) }
}

private func checkRefusal(_ read: () throws -> Void) {
    do {
        try read()
    } catch {
        let status = (error as? APIError)?.status ?? 0
        precondition((400..<500).contains(status), "a body is answered with \(error)")
    }
}

/// What a parser makes of bytes.
private struct Outcome: Equatable {
    var heads: [RequestHead] = []
    var bodies: [[UInt8]] = []
    var error: HTTPParseError?

    init(_ pieces: [ArraySlice<UInt8>]) {
        var limits = WireLimits()
        // A bomb must be stopped soon, or the fuzzer would run out of time.
        limits.bodyBytesMax = 1 << 16
        var parser = RequestParser(limits: limits)
        do throws(HTTPParseError) {
            for piece in pieces {
                let bytes = Array(piece)
                var index = 0
                try take(bytes, &index, &parser)
            }
        } catch {
            self.error = error
        }
    }

    private mutating func take(
        _ bytes: [UInt8],
        _ index: inout Int,
        _ parser: inout RequestParser
    ) throws(HTTPParseError) {
        while true {
            switch try parser.next(bytes.span, from: &index) {
            case .needsMore: return
            case .head(let head): heads.append(head)
            case .complete: bodies.append(parser.takeBody())
            }
        }
    }
}

/// The same bytes must give the same requests and errors, whole and cut in two.
private func checkSplits(of bytes: [UInt8]) {
    let cut = bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % (bytes.count + 1)
    let isSame = Outcome([bytes[...]]) == Outcome([bytes[..<cut], bytes[cut...]])
    precondition(isSame, "a cut at \(cut) changes the outcome")
}

private let credentials: TLSCredentials = {
    let environment = ProcessInfo.processInfo.environment
    guard let certificate = environment["FUZZ_CERTIFICATE"], let key = environment["FUZZ_KEY"] else {
        preconditionFailure("FUZZ_CERTIFICATE and FUZZ_KEY must name PEM files")
    }
    do {
        return try TLSCredentials(TLSFiles(certificatePath: certificate, keyPath: key))
    } catch {
        preconditionFailure("\(error)")
    }
}()

/// The first byte is the size of the pieces in which the others come.
private func fuzzTLS(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let session = credentials.makeSession()
    var buffer = [UInt8](repeating: 0, count: TLSSession.recordBytesMax)
    var rest = input.dropFirst()
    var isOver = false
    while !rest.isEmpty {
        let piece = Array(rest.prefix(Int(first) + 1))
        rest = rest.dropFirst(piece.count)
        session.feed(piece.span)
        loop: while true {
            switch buffer.withUnsafeMutableBytes({ session.next(into: $0) }) {
            case .needsMore:
                precondition(!isOver, "a session went on after its end")
                break loop
            case .secured, .text: preconditionFailure("nobody can make up a handshake")
            case .end, .failed, .notTLS:
                isOver = true
                break loop
            }
        }
    }
}
