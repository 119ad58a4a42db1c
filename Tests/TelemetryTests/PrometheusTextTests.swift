import Telemetry
import Testing

@Suite struct PrometheusTextTests {
    @Test("a family is announced once, labels are escaped, numbers are written as Prometheus reads them")
    func text() {
        var text = PrometheusText()
        text.add("requests_total", .counter, "Requests.", labels: [("route", "/a\"b\\c\nd")], 3)
        text.add("requests_total", .counter, "Requests.", labels: [("route", "/x"), ("code", "200")], 12_345_678_901)
        text.add("load", .gauge, "Load.", 0.25)
        text.add("limit", .gauge, "Limit.", .infinity)
        let expected = """
            # HELP requests_total Requests.
            # TYPE requests_total counter
            requests_total{route="/a\\"b\\\\c\\nd"} 3
            requests_total{route="/x",code="200"} 12345678901
            # HELP load Load.
            # TYPE load gauge
            load 0.25
            # HELP limit Limit.
            # TYPE limit gauge
            limit +Inf

            """
        #expect(String(decoding: text.bytes, as: UTF8.self) == expected)
    }
}
