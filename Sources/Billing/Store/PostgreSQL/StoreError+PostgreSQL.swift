extension StoreError {
    /// The error for a SQLSTATE of PostgreSQL.
    ///
    /// - Parameters:
    ///   - state: Five characters; `nil` where the connection failed.
    ///   - message: What the server says, on one line.
    init(sqlState state: String?, message: String) {
        guard let state, state.count == 5 else {
            self = .unreachable(message)
            return
        }
        self =
            switch state {
            // A standby takes no writes: after a switch-over the next connection finds the new primary.
            case "25006", "25P03", "53300", "57P01", "57P02", "57P03", "57P04", "57P05": .unreachable(message)
            case "53100": .full
            case "55P03", "57014", "40001", "40P01": .busy
            case "42P06", "42P07", "42723": .notALedger(message)
            case "42501": .inputOutput(message)
            case "XX001", "XX002": .corrupt(message)
            default:
                switch state.prefix(2) {
                case "08", "28", "3D": .unreachable(message)
                case "23": .conflict(message)
                // The tables, or what is in them, are not what this program makes.
                case "22", "42": .corrupt(message)
                default: .inputOutput(message)
                }
            }
    }
}
