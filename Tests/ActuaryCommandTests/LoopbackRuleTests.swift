import Testing

@testable import actuary

@Suite struct LoopbackRuleTests {
    @Test("loopback is allowed in every spelling", arguments: ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"])
    func allowed(host: String) throws { try LoopbackRule.check(host: host) }

    @Test(
        "everything else is refused while there are no keys",
        arguments: [
            "0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "example.org", "localhost.example.org", "", "::2", "[::]",
        ]
    )
    func refused(host: String) {
        #expect {
            try LoopbackRule.check(host: host)
        } throws: { error in
            guard case .badConfiguration(let text)? = error as? CommandFailure else { return false }
            return text.contains("127.0.0.1")
        }
    }
}
