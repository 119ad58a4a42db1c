import Testing

@testable import HTTPServer

@Suite("Cross-origin requests")
struct CrossOriginTests {
    private static func driver(_ origins: [String]) -> MachineDriver {
        MachineDriver { $0.crossOrigin = CrossOriginPolicy(allowedOrigins: origins) }
    }

    private static func preflight(_ origin: String) -> String {
        """
        OPTIONS /p HTTP/1.1\r\nHost: h\r\nOrigin: \(origin)\r\nAccess-Control-Request-Method: POST\r
        Access-Control-Request-Headers: authorization,content-type,x-stainless-os\r\n\r\n
        """
    }

    @Test("a preflight of an allowed origin is answered, with the headers that the page wants to send")
    func allowed() {
        var driver = Self.driver(["https://app.example", "http://localhost:3000"])
        driver.receive(Self.preflight("https://app.example"))
        let sent = driver.takeSent()
        #expect(sent.hasPrefix("HTTP/1.1 204 "))
        for field in [
            "Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Methods: OPTIONS, POST",
            "Access-Control-Allow-Headers: authorization,content-type,x-stainless-os", "Vary: Origin",
            "Access-Control-Max-Age: 600",
        ] {
            #expect(sent.lowercased().contains("\r\n\(field.lowercased())\r\n"), "\(field) in \(sent)")
        }
    }

    @Test(
        "other origins get nothing that a browser would take for a permission",
        arguments: ["https://app.example.evil", "http://app.example", "https://app.example:444", "null", "*"]
    )
    func refused(origin: String) {
        var driver = Self.driver(["https://app.example"])
        driver.receive(Self.preflight(origin))
        #expect(!driver.takeSent().lowercased().contains("access-control"))
        driver.receive("GET /a HTTP/1.1\r\nHost: h\r\nOrigin: \(origin)\r\n\r\n")
        driver.respond(number: 2)
        let sent = driver.takeSent().lowercased()
        #expect(!sent.contains("access-control") && sent.contains("vary: origin"))
    }

    @Test("answers carry the permission too, errors of the router included")
    func answers() {
        var driver = Self.driver(["https://app.example"])
        for target in ["/a", "/nothing"] {
            driver.receive("GET \(target) HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example\r\n\r\n")
            if target == "/a" { driver.respond(number: 1) }
            #expect(driver.takeSent().contains("ccess-Control-Allow-Origin: https://app.example\r\n"))
        }
    }

    @Test("with * every origin is allowed, and without a list none is")
    func all() {
        var driver = Self.driver(["*"])
        driver.receive(Self.preflight("https://any.example"))
        #expect(driver.takeSent().contains("ccess-Control-Allow-Origin: *\r\n"))
        driver = Self.driver([])
        driver.receive(Self.preflight("https://any.example"))
        let sent = driver.takeSent().lowercased()
        #expect(!sent.contains("access-control") && !sent.contains("vary"))
    }

    @Test(
        "what is an origin",
        arguments: [
            ("https://a.example", true), ("http://localhost:3000", true), ("*", true), ("https://[::1]:1", true),
            ("a.example", false), ("https://", false), ("https://a/", false), ("https://a/b", false),
            ("ftp://a", false),
            ("", false), ("https://u@a", false),
        ]
    )
    func origins(text: String, isOrigin: Bool) {
        #expect(CrossOriginPolicy.isOrigin(text) == isOrigin)
    }
}
