/// What tells exchanges apart in metrics; clients cannot make up values.
package struct ExchangeLabels: Sendable, Hashable {
    /// The pattern of the route; `none` if none matched.
    package let route: String

    /// The method; `other` for those that no route has, and for requests that could not be read.
    package let method: String

    /// The status that was sent; 0 if there was none.
    package let status: Int

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]

    /// Takes from a record what is bounded.
    init(_ record: RequestRecord) {
        route = record.route ?? "none"
        let method = record.method ?? ""
        self.method = Self.methods.contains(method) ? method : "other"
        status = record.status ?? 0
    }
}
