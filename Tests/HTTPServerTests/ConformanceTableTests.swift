import Foundation
import HTTPTypes
import Testing

@testable import HTTPServer

/// Writes down what the server does with every doubtful request that is tested, beside the rule that asks for it.
///
/// `RECORD_GOLDENS=1` writes the table anew; without it, a table that is not true any more fails the test.
@Suite("Conformance table")
struct ConformanceTableTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources/HTTPServer/Documentation.docc/Conformance.md").standardizedFileURL

    /// What a connection makes of requests, as a client sees it.
    private struct Talk {
        let name: String
        let rule: String
        let input: String
    }

    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n"

    private static let talks: [Talk] = [
        Talk(name: "pipelined requests", rule: "9112 §9.3.2", input: get + "\r\n" + get + "\r\n"),
        Talk(
            name: "an error between pipelined requests",
            rule: "9112 §9.3.2, §11.2",
            input: get + "\r\nbad\r\n\r\n" + get
        ),
        Talk(
            name: "`Connection: close` before another request",
            rule: "9112 §9.6",
            input: get + "Connection: close\r\n\r\n" + get
        ),
        Talk(name: "`Connection: x, CLOSE`", rule: "9110 §7.6.1", input: get + "Connection: x, CLOSE\r\n\r\n"),
        Talk(name: "HTTP/1.0", rule: "9112 §9.3", input: "GET /a HTTP/1.0\r\n\r\n"),
        Talk(
            name: "HTTP/1.0 with `keep-alive`",
            rule: "9112 §9.3",
            input: "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        ),
        Talk(name: "HTTP/1.7", rule: "9110 §2.5", input: "GET /a HTTP/1.7\r\nHost: h\r\n\r\n"),
        Talk(
            name: "absolute target, another Host",
            rule: "9112 §3.2.2",
            input: "GET http://x/a HTTP/1.1\r\nHost: h\r\n\r\n"
        ),
        Talk(name: "`OPTIONS *`", rule: "9110 §9.3.7", input: "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"),
        Talk(name: "CONNECT", rule: "9110 §9.3.6", input: "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n"),
        Talk(name: "HEAD", rule: "9110 §9.3.2", input: "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        Talk(name: "a method without a meaning here", rule: "9110 §9.1", input: "BREW /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        Talk(
            name: "a method the path does not have",
            rule: "9110 §15.5.6",
            input: "PUT /a HTTP/1.1\r\nHost: h\r\n\r\n"
        ),
        Talk(
            name: "`Expect: 100-continue`",
            rule: "9110 §10.1.1",
            input: "POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
        ),
        Talk(name: "empty lines before a request", rule: "9112 §2.2", input: "\r\n\r\n" + get + "\r\n"),
        Talk(
            name: "chunks with extensions and trailers",
            rule: "9112 §7.1",
            input: "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\nT: v\r\n\r\n"
                + get + "\r\n"
        ),
        Talk(
            name: "gzip that is none",
            rule: "9110 §8.4",
            input: "POST /p HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone"
        ),
        Talk(
            name: "`Content-Encoding: br`",
            rule: "9110 §15.5.16",
            input: "POST /p HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx"
        ),
    ]

    /// The rule of RFC 9110 or 9112 by which a request is refused.
    private static func rule(_ error: HTTPParseError) -> String {
        switch error {
        case .bareLineFeed, .bareCarriageReturn: "9112 §2.2"
        case .controlByte: "9110 §5.5"
        case .malformedRequestLine: "9112 §3"
        case .malformedTarget: "9112 §3.2"
        case .unsupportedVersion: "9110 §15.6.6"
        case .requestLineTooLong: "9112 §3"
        case .headTooLarge, .tooManyFields: "9110 §5.4"
        case .malformedFieldName, .missingColon: "9112 §5.1"
        case .obsoleteLineFolding: "9112 §5.2"
        case .missingHost, .repeatedHost, .malformedHost: "9112 §3.2"
        case .malformedContentLength, .repeatedContentLength: "9112 §6.3, 9110 §8.6"
        case .conflictingFraming, .transferEncodingBeforeHTTP11, .unknownTransferCoding: "9112 §6.1"
        case .malformedTransferEncoding: "9112 §6.3, §7"
        case .malformedChunkSize, .malformedChunkEnd: "9112 §7.1"
        case .chunkLineTooLong, .chunkExtensionsTooLarge: "9112 §7.1.1"
        case .trailersTooLarge: "9112 §7.1.2"
        case .bodyTooLarge: "9110 §15.5.14"
        case .unknownExpectation: "9110 §10.1.1"
        case .unknownContentCoding: "9110 §15.5.16"
        case .malformedContent: "9110 §8.4"
        }
    }

    private static func answers(to input: String) -> String {
        var driver = MachineDriver()
        driver.receive(input)
        var answered = 0
        while answered < driver.begun.count {
            driver.respond(number: driver.begun[answered].number)
            answered += 1
        }
        let lines = driver.takeSent().components(separatedBy: "\r\n").filter { $0.hasPrefix("HTTP/1.1 ") }
        let statuses = lines.compactMap { $0.split(separator: " ").dropFirst().first }
        return (statuses.map(String.init) + (driver.ending.isEmpty ? [] : ["close"])).joined(separator: ", ")
    }

    private static func shown(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\r": "\\r"
            case "\n": "\\n"
            case "\t": "\\t"
            case "|": "\\|"
            case "`": "'"
            default: scalar.value < 32 || scalar.value > 126 ? "\\x\(String(scalar.value, radix: 16))" : String(scalar)
            }
        }
        return "`\(escaped.joined())`"
    }

    private static func table() -> String {
        var text = """
            # Conformance

            What the server does with requests that are doubtful or at the edge, and the rule of RFC 9110 or 9112 behind it.

            ## Overview

            This page is written by `ConformanceTableTests`, which fails when it is no longer true. A request that is refused
            ends its connection.

            ### Connections

            | requests | rule | answers |
            |---|---|---|

            """
        for talk in talks { text += "| \(talk.name) | \(talk.rule) | \(answers(to: talk.input)) |\n" }
        let sections = [
            ("Framing", SmugglingTests.framingCases), ("Lines and fields", SmugglingTests.linesCases),
            ("Request lines", SmugglingTests.requestLinesCases), ("Chunks", SmugglingTests.chunkBodiesCases),
        ]
        for (title, cases) in sections {
            text += "\n### \(title)\n\n| request | rule | answer |\n|---|---|---|\n"
            for sample in cases {
                guard let error = ParseTrace(sample.text).error else { continue }
                text += "| \(shown(sample.text)) | \(rule(error)) | \(error.status.code) `\(error.code)` |\n"
            }
        }
        return text
    }

    @Test("the table in the documentation is what the server does")
    func documentation() throws {
        let table = Self.table()
        if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
            try table.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == table)
    }
}
