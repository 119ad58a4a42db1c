/// Valid requests that split and mutation tests start from.
enum WireSamples {
    static let get = "GET /v1/models/a%2Fb?x=1 HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n\r\n"
    static let post =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n"
        + "{\"n\": 1234}"
    static let chunked =
        "POST /tokenize HTTP/1.1\r\nhost: a\r\nTransfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n"
        + "4;name=\"v\"\r\nWiki\r\n00A\r\npedia\r\nin \r\n0\r\nX-Sum: 1\r\nX-Other:\t2 \r\n\r\n"
    static let old = "\r\n\r\nGET http://example.org HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
    static let star = "OPTIONS * HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"

    /// All of them, and two sequences.
    static let all = [get, post, chunked, old, star, post + chunked + get, get + old + star]

    /// Requests that end in an error somewhere.
    static let broken = [
        get + "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHelloX\r\n0\r\n\r\n" + get,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nbad trailer\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA\u{0}B: c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
    ]
}
