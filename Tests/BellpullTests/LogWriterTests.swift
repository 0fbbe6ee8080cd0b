import Foundation
import Synchronization
import TestSupport
import Testing

@testable import bellpull

@Suite(.onPlainThreads) struct `the writer of the log` {
    /// A pipe, and a writer to it.
    private final class Line: Sendable {
        let ends: [Int32]
        let writer: LogWriter

        init() {
            var ends: [Int32] = [-1, -1]
            pipe(&ends)
            self.ends = ends
            writer = LogWriter(ends[1]) { "lost \($0)\n" }
        }

        /// Reads until `last` has been read.
        func read(until last: String) -> String {
            var text = Data()
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while !String(decoding: text.suffix(last.utf8.count), as: UTF8.self).hasSuffix(last) {
                let count = Foundation.read(ends[0], &buffer, buffer.count)
                guard count > 0 else {
                    if count < 0, errno == EINTR { continue }
                    break
                }
                text.append(contentsOf: buffer[..<count])
            }
            return String(decoding: text, as: UTF8.self)
        }
    }

    private let line = Line()

    @Test func `writes what several threads log, each line whole`() {
        let threads = (0..<4).map { thread in
            Running { [line] in
                for number in 0..<500 { line.writer.write("\(thread) \(number)\n") }
            }
        }
        let reading = Running { [line] in
            var lines: [Substring] = []
            while lines.count < 2000 { lines += line.read(until: "\n").split(separator: "\n") }
            for thread in 0..<4 {
                let own = lines.filter { $0.hasPrefix("\(thread) ") }
                guard own == (0..<500).map({ "\(thread) \($0)" }) else { throw Trouble("\(own)") }
            }
        }
        #expect(threads.allSatisfy { $0.isSuccess() })
        #expect(reading.isSuccess())
    }

    @Test func `lets nobody wait for a reader who does not read, and tells the reader later what is missing`() throws {
        let words = "delivery outcome=deployed status=200 site=blog commit=c00000 event=push duration_ms=12"
        let time = ContinuousClock().measure {
            for number in 0..<20_000 { line.writer.write("\(number) \(words)\n") }
        }
        #expect(time < .seconds(5))
        #expect(!line.writer.flush(within: .milliseconds(50)))

        let text = Mutex("")
        let reading = Running { [line] in
            let all = line.read(until: "after\n")
            text.withLock { $0 = all }
        }
        #expect(line.writer.flush(within: .seconds(10)))
        line.writer.write("after\n")
        #expect(reading.isSuccess())
        let lines = text.withLock(\.self).split(separator: "\n")
        let notices = lines.filter { $0.hasPrefix("lost ") }
        let lost = try #require(notices.first.flatMap { Int($0.dropFirst(5)) })
        let numbers = lines.compactMap { Int($0.prefix { $0 != " " }) }
        #expect(notices.count == 1 && lines.suffix(2) == ["lost \(lost)", "after"])
        #expect((9000..<10_000).contains(lost))
        #expect(numbers.count == 20_000 - lost && numbers == numbers.sorted())
    }

    @Test func `waits for the reader of a non-blocking pipe`() {
        _ = fcntl(line.ends[1], F_SETFL, O_NONBLOCK)
        for number in 0..<9000 { line.writer.write("\(number) \(String(repeating: "x", count: 40))\n") }
        #expect(!line.writer.flush(within: .milliseconds(50)))
        let reading = Running { [line] in
            let count = line.read(until: "after\n").split(separator: "\n").count
            guard count == 9001 else { throw Trouble("\(count)") }
        }
        line.writer.write("after\n")
        #expect(reading.isSuccess())
    }

    @Test func `goes on after an error of the descriptor`() {
        let broken = LogWriter(-1) { "lost \($0)\n" }
        broken.write("nobody reads this\n")
        #expect(broken.flush(within: .seconds(5)))
    }
}
