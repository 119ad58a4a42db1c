/// Milliseconds: since 1970-01-01T00:00:00Z, leap seconds not counted, or between two such moments.
package typealias Milliseconds = Int
