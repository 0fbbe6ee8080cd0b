import Testing

@testable import bellpull

@Suite struct `a value in nginx's configuration` {
    @Test(arguments: [
        ("0", 0), ("1024", 1024), ("1k", 1024), ("8K", 8192), ("25m", 26_214_400), ("1M", 1_048_576),
        ("2g", 2_147_483_648), ("1G", 1_073_741_824),
    ])
    func `is a size in bytes`(text: String, bytes: Int) { #expect(NginxValue.size(text) == bytes) }

    @Test(arguments: [
        "", "m", "25mb", "25 m", "-1", "+1", "1.5m", "0x10", "1t", "$size", "٣", "99999999999999999999",
        "9999999999999g",
    ])
    func `is not a size`(text: String) { #expect(NginxValue.size(text) == nil) }

    @Test(arguments: [
        ("0", Duration.zero), ("30", .seconds(30)), ("30s", .seconds(30)), ("500ms", .milliseconds(500)),
        ("2m", .seconds(120)), ("1h", .seconds(3600)), ("1d", .seconds(86_400)), ("1w", .seconds(604_800)),
        ("1m30s", .seconds(90)), ("1h 30m", .seconds(5400)), ("1m30", .seconds(90)),
    ])
    func `is a time`(text: String, time: Duration) { #expect(NginxValue.time(text) == time) }

    @Test(arguments: [
        "", "s", "30x", "-1", "1.5s", "30 seconds", "1M", "$time", "٣s", "99999999999999999999", "9999999999999999h",
    ])
    func `is not a time`(text: String) { #expect(NginxValue.time(text) == nil) }
}
