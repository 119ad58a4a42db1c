/// How an account pays.
package enum AccountKind: String, CaseIterable, Sendable, Codable {
    /// In advance: it spends what it was granted, never more.
    case prepaid
    /// Afterwards, without a bound.
    case postpaid
    /// Afterwards, up to a cap in each calendar month.
    case capped
}
