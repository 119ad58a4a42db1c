/// The body of the health endpoints when all is well; otherwise they answer with an `APIError`.
package enum HealthReport {
    /// `{"status":"ok"}`.
    package static let ok = Array(#"{"status":"ok"}"#.utf8)
}
