import Testing

@testable import bellpull

@Suite struct `a queue of log lines` {
    private var queue = LogQueue { "lost \($0)\n" }

    /// Takes everything that waits.
    private mutating func rest() -> [Substring] {
        var text = ""
        while !queue.isEmpty { text += queue.next() }
        return text.split(separator: "\n")
    }

    @Test mutating func `keeps the order`() {
        for number in 0..<2000 { queue.append("\(number)\n") }
        #expect(rest() == (0..<2000).map { "\($0)" })
        #expect(queue.isEmpty && queue.next() == "")
    }

    @Test mutating func `gives as many lines at once as a pipe keeps together`() {
        for _ in 0..<3 { queue.append(String(repeating: "x", count: 1999) + "\n") }
        #expect(queue.next().utf8.count == 4000)
        #expect(queue.next().utf8.count == 2000)
        queue.append(String(repeating: "x", count: 9999) + "\n")
        #expect(queue.next().utf8.count == 10_000)
    }

    @Test mutating func `drops and counts what is too much, and says so in its place`() {
        for number in 0..<10_007 { queue.append("\(number)\n") }
        // One line alone makes no room yet.
        let first = queue.next()
        queue.append("dropped too\n")
        var taken = first.split(separator: "\n").count
        while taken <= 5000 { taken += queue.next().split(separator: "\n").count }
        queue.append("after\n")
        let left = rest()
        #expect(left.suffix(3) == ["9999", "lost 8", "after"])
        #expect(taken + left.count == 10_002)
    }

    @Test mutating func `says what was lost even if no line follows`() {
        for number in 0..<10_001 { queue.append("\(number)\n") }
        #expect(rest().suffix(2) == ["9999", "lost 1"])
        queue.append("after\n")
        #expect(rest() == ["after"])
    }

    @Test mutating func `is bounded in bytes too`() {
        let line = String(repeating: "x", count: (1 << 20) - 1) + "\n"
        for _ in 0..<6 { queue.append(line) }
        let left = rest()
        #expect(left.count == 5 && left.last == "lost 2")
    }
}
