import Testing

@testable import bellpull

@Suite struct `systemd's spans of time` {
    @Test(arguments: [
        ("15s", 15), ("90", 90), ("1min 30s", 90), ("1min30s", 90), ("2h", 7200), ("1d 1h", 90_000), (" 5 min ", 300),
        ("1.5min", 90),
    ])
    func `are sums of numbers with units`(text: String, seconds: Int) {
        #expect(SystemdTime.span(text) == .seconds(seconds))
    }

    @Test(arguments: ["", "infinity", "s", "1x", "soon", "1min x"])
    func `are nothing else`(text: String) {
        #expect(SystemdTime.span(text) == nil)
    }
}
