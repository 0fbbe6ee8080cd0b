import Foundation
import Testing

@testable import Processes

@Suite struct `output capture` {
    private let pipe = CloseOnExecPipe()
    private var tail = OutputCapture()

    @Test mutating func `keeps all of a short output`() {
        write("one\ntwo\n")
        let isOpen = tail.drain(pipe.reading)
        #expect(isOpen)
        #expect(tail.text == "one\ntwo\n")
    }

    @Test mutating func `does not wait for output`() {
        let isOpen = tail.drain(pipe.reading)
        #expect(isOpen)
        #expect(tail.text.isEmpty)
    }

    @Test mutating func `says when the stream has ended`() {
        write("last words")
        pipe.closeWriting()
        while tail.drain(pipe.reading) {}
        #expect(tail.text == "last words")
    }

    @Test mutating func `keeps the last 64 KiB of a long output`() {
        var written = ""
        for number in 10_000..<60_000 {
            let line = "\(number)\n"
            written += line
            write(line)
            if number.isMultiple(of: 1000) { _ = tail.drain(pipe.reading) }
        }
        pipe.closeWriting()
        while tail.drain(pipe.reading) {}
        #expect(tail.text == String(written.suffix(64 << 10)))
    }

    @Test(arguments: [100_000, 99_999]) func `keeps all of a long output, up to the limit`(_ limit: Int) {
        var whole = OutputCapture(.whole(limit: limit))
        for _ in 0..<10 {
            write(String(repeating: "x", count: 10_000))
            _ = whole.drain(pipe.reading)
        }
        #expect(whole.isOverLimit == (limit < 100_000))
        #expect(whole.kept.count <= limit)
        if !whole.isOverLimit { #expect(whole.kept.count == 100_000) }
    }

    @Test mutating func `is text whatever the bytes`() {
        pipe.writingHandle.write(Data([0x61, 0xff, 0xfe, 0x62]))
        _ = tail.drain(pipe.reading)
        #expect(tail.text == "a\u{fffd}\u{fffd}b")
    }

    @Test mutating func `ends where there is no descriptor`() {
        let isOpen = tail.drain(-1)
        #expect(!isOpen)
    }

    private func write(_ text: String) { pipe.writingHandle.write(Data(text.utf8)) }
}
