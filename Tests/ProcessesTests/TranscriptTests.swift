import Foundation
import Synchronization
import Testing

@testable import Processes

@Suite struct `transcript` {
    private func text(_ pieces: String...) -> String {
        let transcript = Transcript()
        for piece in pieces { transcript.append(Array(piece.utf8)[...]) }
        return transcript.text
    }

    @Test func `keeps the output of all commands in order`() {
        #expect(text("one\n", "two\nth", "ree\n") == "one\ntwo\nthree\n")
    }

    @Test func `shows a line as the last carriage return leaves it`() {
        #expect(text("Receiving: 50%\rReceiving: 100%\ndone\n") == "Receiving: 100%\ndone\n")
        #expect(text("Receiving: 100%\r\n\n") == "Receiving: 100%\n\n")
    }

    @Test func `shows no credentials, even if they arrive in two pieces`() {
        #expect(text("https://alice:ghp_", "secret@github.com/x\n") == "https://***@github.com/x\n")
    }

    @Test func `keeps the last 64 KiB`() {
        let transcript = Transcript()
        let lines = (0..<30_000).map { "\($0)\n" }
        for line in lines { transcript.append(Array(line.utf8)[...]) }
        #expect(transcript.text == String(lines.joined().suffix(64 << 10)))
    }

    @Test func `passes on all output as it arrives`() {
        let echoed = Mutex(Data())
        let transcript = Transcript(showsProgress: true) { data in echoed.withLock { $0 += data } }
        transcript.append([0x61, 0xff][...])
        transcript.append([0x0a][...])
        #expect(echoed.withLock { $0 } == Data([0x61, 0xff, 0x0a]))
        #expect(transcript.showsProgress)
    }
}
