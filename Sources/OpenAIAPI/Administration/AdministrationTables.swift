import OrderedJSON

/// The fields of each body of the administration.
enum AdministrationTables {
    private static let name = ParameterKind.string(bytes: 1...64)
    private static let none = ParameterKind.word([AdministrationBody.none])
    private static let count = ParameterKind.oneOf([.integer(0...ChatParameters.maxTokenCount), none])
    /// A string is read as decimal digits; a number is rounded by nobody, so it has few enough.
    private static let money = ParameterKind.oneOf([.number(.from(0, to: 9_000_000)), .string(bytes: 1...32)])

    static let limits = ParameterTable(
        [
            .built("requests_per_minute", count), .built("tokens_per_minute", count),
            .built("thinking_tokens_per_minute", count), .built("parallel_requests", count),
            .built("usd_per_day", money), .built("usd_per_month", money),
        ],
        unknownMembers: .refused
    )

    private static let accountTerms: [Parameter] = [
        .built("cap", money), .built("plan", .string(bytes: 1...64)), .built("mode", .word(["standard", "unlimited"])),
        .built("limits", .group(limits)),
    ]

    private static let keyTerms: [Parameter] = [
        .built("label", .string(bytes: 0...256)), .built("expires", .string(bytes: 1...32)),
        .built("limits", .group(limits)), .built("max_think_tokens", count), .built("max_think_tokens_cap", count),
    ]

    static let nothing = ParameterTable([], unknownMembers: .refused)

    static let newAccount = ParameterTable(
        [.built("name", name, required: true), .built("kind", .word(["prepaid", "postpaid", "capped"]))] + accountTerms,
        unknownMembers: .refused
    )

    static let accountChange = ParameterTable(accountTerms, unknownMembers: .refused)

    static let grant = ParameterTable(
        [.built("usd", money), .built("credits", .integer(1...(1 << 50))), .built("id", .string(bytes: 1...255))],
        unknownMembers: .refused
    )

    static let newKey = ParameterTable(
        [.built("account", name, required: true), .built("scope", .word(["inference", "admin"]))] + keyTerms,
        unknownMembers: .refused
    )

    static let keyChange = ParameterTable(keyTerms, unknownMembers: .refused)

    static let keyRotation = ParameterTable(
        [.built("grace", .integer(0...ChatParameters.maxTokenCount))],
        unknownMembers: .refused
    )
}

extension AdministrationBody.Form {
    var table: ParameterTable {
        switch self {
        case .newAccount: AdministrationTables.newAccount
        case .accountChange: AdministrationTables.accountChange
        case .accountClosing, .keyRevocation: AdministrationTables.nothing
        case .grant: AdministrationTables.grant
        case .newKey: AdministrationTables.newKey
        case .keyChange: AdministrationTables.keyChange
        case .keyRotation: AdministrationTables.keyRotation
        }
    }
}
