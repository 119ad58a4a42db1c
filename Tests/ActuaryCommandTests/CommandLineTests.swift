import ArgumentParser
import Foundation
import Testing

@testable import actuary

@Suite struct CommandLineTests {
    @Test(
        "what cannot be understood is bad usage",
        arguments: [
            ["serve", "--no-such-flag"], ["serve", "extra"], ["serve", "--port"], ["no-such-command"],
            ["serve", "--ledger"], ["serve", "--tls-certificate", "x"],
            ["chat", "--max-think-tokens", "-2"], ["chat", "--max-think-tokens", "many"],
            ["chat", "--no-think", "--max-think-tokens", "5"], ["chat", "--temperature", "2.5"],
            ["chat", "--temperature", "nan"], ["chat", "--max-tokens", "0"], ["chat", "--url", "localhost:8080"],
            ["chat", "--url", "ftp://localhost"], ["chat", "--url", "http://"], ["bench", "nothing"],
            ["bench", "budget", "--budgets", "1,1"], ["bench", "budget", "--budgets", "1,,2"],
            ["bench", "budget", "--budgets", "-2"], ["bench", "budget", "--budgets", ""],
            ["bench", "budget", "--concurrency", "0"], ["bench", "budget", "--limit", "0"],
        ]
    )
    func badUsage(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Actuary.parseAsRoot(arguments) }
        if let error { #expect(Actuary.exitCode(for: error).rawValue == 64) }
    }

    @Test("negative numbers are values, not flags")
    func negativeNumbers() throws {
        let chat = try #require(try Actuary.parseAsRoot(["chat", "--max-think-tokens", "-1"]) as? ChatCommand)
        #expect(chat.maxThinkTokens == -1)
        let bench = try #require(try Actuary.parseAsRoot(["bench", "budget", "--budgets", "-1,0,7"]) as? BudgetBench)
        #expect(bench.budgets.budgets == [.unlimited, .none, .tokens(7)])
    }

    @Test("the budgets of the bench are those that the help names")
    func standardBudgets() {
        #expect(BudgetList(argument: BudgetList.standard.defaultValueDescription) == .standard)
        #expect(BudgetList.standard.budgets.map(\.label) == ["no_think", "16", "32", "64", "128", "unlimited"])
    }

    @Test(
        "a URL may end in a slash or in /v1",
        arguments: [
            ("http://h:1", "http://h:1"), ("http://h:1/", "http://h:1"), ("https://h/v1", "https://h"),
            ("https://h/v1/", "https://h"), ("http://h/a/v1", "http://h/a"), ("http://[::1]:80", "http://[::1]:80"),
        ]
    )
    func urls(argument: String, text: String) throws {
        let address = try #require(ServerAddress(argument: argument))
        #expect(address.text == text)
        let scheme = address.isSecure ? "https" : "http"
        #expect("\(scheme)://\(address.authority)\(address.pathPrefix)" == text)
        #expect(!address.host.contains("[") && (1...443).contains(address.port))
    }

    @Test("each kind of failure has the exit code of the design")
    func exitCodes() {
        let failures: [CommandFailure] = [
            .badUsage("a"), .badInput("b"), .unavailable("c"), .inputOutput("d"), .badConfiguration("e"),
        ]
        #expect(failures.map(\.exitCode) == [64, 65, 69, 74, 78])
        #expect(failures.map(\.message) == ["a", "b", "c", "d", "e"])
    }

    @Test("resources are found beside the executable, and through a link to it")
    func resources() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            .resolvingSymlinksInPath()
        defer { try? FileManager.default.removeItem(at: root) }
        let folder = root.appendingPathComponent("bin/actuary_actuary.resources")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let executable = root.appendingPathComponent("bin/actuary")
        let link = root.appendingPathComponent("link")
        let question = folder.appendingPathComponent("q.jsonl")
        try Data().write(to: executable)
        try Data().write(to: question)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: executable)

        #expect(try BundledResources.path("q.jsonl", beside: executable) == question.path)
        #expect(try BundledResources.path("q.jsonl", beside: link) == question.path)
        let failure = #expect(throws: CommandFailure.self) { try BundledResources.path("x", beside: executable) }
        #expect(failure?.exitCode == 69)
        #expect(failure?.message.contains("actuary_actuary.resources/x is missing") == true)
    }
}
