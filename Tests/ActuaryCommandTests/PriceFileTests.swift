import Billing
import TestSupport
import Testing

@testable import actuary

@Suite struct PriceFileTests {
    @Test("Config/prices.yaml says exactly what is built in")
    func builtIn() throws {
        let list = try PriceList.load(path: Fixtures.path("../../Config/prices.yaml"))
        #expect(list == .builtIn)
    }

    @Test("another list, with a price for every other model and a plan of its own")
    func own() throws {
        let text = """
            version: v2
            models:
              "*": {prompt: 1, cached_prompt: 2, thinking: 3, answer: 4, surplus_thinking: 5}
            plans:
              tiny: {earn_rate: 10, cap: 100, mode: unlimited}
            """
        let list = try PriceFile(path: "p.yaml", text: text).list()
        #expect(list.book.prices(of: "anything")?.answer == PicoUSD(4))
        #expect(list.book.prices(of: "anything")?.version == "v2")
        #expect(list.plans.plans == [CreditPlan(name: "tiny", earnRate: 10, cap: 100, mode: .unlimited)])
        #expect(throws: CommandFailure.badUsage("the plan must be one of tiny")) {
            try list.plan("nano", mode: nil)
        }
    }

    @Test(
        "a fault is named with its line",
        arguments: [
            ("", "p.yaml: there are no prices in it"),
            ("models: {}", "p.yaml:1: version is missing: name this list, for example by its date"),
            ("version: 1\nmodels: 3", "p.yaml:2: models must be a mapping of names to values"),
            (
                "version: 1\nmodels: {}\nplan: {}",
                "p.yaml:3: the file has no key plan; there are version, models, plans"
            ),
            (
                "version: 1\nmodels:\n  m: {prompt: 0.5}",
                "p.yaml:3: models.m.prompt must be a whole number from 0 to 1000000000"
            ),
            ("version: 1\nmodels:\n  m: {prompt: 1}", "p.yaml:3: models.m.cached_prompt is missing"),
            ("version: 1\nmodels: {}\nplans:\n  a: {}", "p.yaml:4: plans.a.earn_rate is missing"),
            (
                "version: 1\nmodels: {}\nplans:\n  a: {earn_rate: 1, mode: fast}",
                "p.yaml:4: plans.a.mode must be standard or unlimited"
            ),
            ("version: 1\nversion: 2", "p.yaml:1: version is set twice"),
        ]
    )
    func faults(text: String, message: String) {
        #expect(throws: CommandFailure.badConfiguration(message)) { try PriceFile(path: "p.yaml", text: text).list() }
    }

    @Test("where the ledger is: flag over environment over the user's data folder")
    func location() throws {
        func folder(_ dataDir: String?, _ environment: [String: String]) throws -> LedgerLocation {
            try LedgerLocation(dataDir: dataDir, ledger: nil, environment: environment)
        }
        #expect(try folder("/a", ["ACTUARY_DATA_DIR": "/b"]) == .folder(DataFolder(path: "/a")))
        #expect(try folder(nil, ["ACTUARY_DATA_DIR": "/b", "HOME": "/h"]) == .folder(DataFolder(path: "/b")))
        #expect(try folder(nil, ["XDG_DATA_HOME": "/x", "HOME": "/h"]) == .folder(DataFolder(path: "/x/actuary")))
        #expect(try folder(nil, ["HOME": "/h"]) == .folder(DataFolder(path: "/h/.local/share/actuary")))
        #expect(throws: CommandFailure.self) { try folder(nil, [:]) }
        #expect(throws: CommandFailure.self) { try LedgerLocation(dataDir: nil, ledger: "mysql://h", environment: [:]) }
        let database = try LedgerLocation(dataDir: "/a", ledger: "postgres://h/db", environment: ["HOME": "/h"])
        guard case .database = database else {
            Issue.record("\(database)")
            return
        }
    }
}
