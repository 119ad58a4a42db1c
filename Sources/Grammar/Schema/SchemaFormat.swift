/// The formats of strings as regular expressions: what they take is valid, and not all that is valid is taken.
enum SchemaFormat {
    static func pattern(_ name: String) -> String? {
        switch name {
        case "date": date
        case "time": time
        case "date-time": date + "T" + time
        case "duration": #"P([1-9][0-9]{0,2}D)?T([1-9]|1[0-9]|2[0-3])H([1-9]|[1-5][0-9])M([1-9]|[1-5][0-9])S"#
        case "email": #"[a-zA-Z0-9_]{1,32}(\.[a-zA-Z0-9_]{1,16})?@"# + hostname
        case "hostname": hostname
        case "ipv4": byte + #"(\."# + byte + "){3}"
        case "ipv6": "[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}"
        case "uuid": "[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
        case "uri": "https?://" + hostname + "(/[a-zA-Z0-9_-]{1,24}){0,4}"
        default: nil
        }
    }

    /// Days that every year has.
    private static let date =
        "(19|20)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
        + "|02-(0[1-9]|1[0-9]|2[0-8]))"
    private static let time =
        #"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"#
    private static let byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    private static let label = "[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?"
    private static let hostname = "(" + label + #"\.){1,3}[a-z]{2,8}"#
}
