import Testing

@testable import actuary

@Suite struct ResponseParserTests {
    /// The events of an answer that comes in two pieces and ends with the connection.
    private func events(_ text: String, splitAt split: Int) throws -> [ClientEvent] {
        let bytes = Array(text.utf8)
        var parser = ResponseParser()
        let events = try parser.take(Array(bytes[..<split])) + parser.take(Array(bytes[split...])) + parser.finish()
        // Where the body was cut does not matter.
        var joined: [ClientEvent] = []
        for event in events {
            if case .bytes(let more) = event, case .bytes(let before)? = joined.last {
                joined[joined.count - 1] = .bytes(before + more)
            } else {
                joined.append(event)
            }
        }
        return joined
    }

    @Test(
        "any split yields the same answer",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=1\r\nllo\r\n0\r\nT: 1\r\n\r\n",
                200, "hello"
            ),
            ("HTTP/1.0 404 Not Found\r\nX:\r\n\r\nhello", 404, "hello"),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello", 200, "hello"),
            ("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", 204, ""),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, ""),
        ]
    )
    func splits(text: String, status: Int, body: String) throws {
        let expected = [.head(status: status)] + (body.isEmpty ? [] : [.bytes(Array(body.utf8))]) + [ClientEvent.end]
        for split in 0...text.utf8.count { #expect(try events(text, splitAt: split) == expected, "split at \(split)") }
    }

    @Test(
        "what is no answer is an error that says so",
        arguments: [
            "SSH-2.0-x\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", String(repeating: "x", count: 70_000),
        ]
    )
    func malformed(text: String) {
        var parser = ResponseParser()
        #expect {
            try parser.take(Array(text.utf8))
        } throws: { error in
            if case ResponseParser.Failure.malformed = error { true } else { false }
        }
    }

    @Test(
        "an answer that ends too early was broken off",
        arguments: [
            "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        ]
    )
    func brokenOff(text: String) throws {
        var parser = ResponseParser()
        _ = try parser.take(Array(text.utf8))
        #expect(throws: ResponseParser.Failure.brokenOff) { try parser.finish() }
    }
}
