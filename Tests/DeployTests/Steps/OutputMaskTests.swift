import Foundation
import Testing

@testable import Deploy

@Suite struct `masked output` {
    private func mask(_ pieces: [String], _ values: String...) -> String {
        var mask = OutputMask(Dictionary(uniqueKeysWithValues: values.enumerated().map { ("V\($0)", $1) }))
        var result: [UInt8] = []
        for piece in pieces { result += Array(piece.utf8).withUnsafeBytes { mask.mask($0) } }
        return String(decoding: result + mask.finish(), as: UTF8.self)
    }

    @Test func `has no value, however it is cut`() {
        let text = "a secret-value, another secret-value"
        for cut in 0...text.count {
            let pieces = [String(text.prefix(cut)), String(text.dropFirst(cut))]
            #expect(mask(pieces, "secret-value") == "a ***, another ***")
        }
        #expect(mask(text.map(String.init), "secret-value") == "a ***, another ***")
    }

    @Test func `has no line of a value with several, and no value within another`() {
        #expect(
            mask(["-----BEGIN KEY-----\nabcdef\n-----END KEY-----"], "-----BEGIN KEY-----\nabcdef\n-----END KEY-----")
                == "***")
        #expect(mask(["x abcdef y"], "-----BEGIN KEY-----\nabcdef\n-----END KEY-----") == "x *** y")
        #expect(mask(["token1234567"], "1234", "token1234567") == "***")
    }

    @Test func `is whole without values, and for short ones`() {
        #expect(mask(["a", "b\n"]) == "ab\n")
        #expect(mask(["on and on"], "on", "") == "on and on")
    }

    @Test func `ends with its last line`() {
        var last = LastLine()
        last.read(Array("first\nwhat went wrong at https://alice:pass@host/x\n\n  \n".utf8))
        #expect(last.text == "what went wrong at https://***@host/x" || last.text?.contains("pass") == false)
        last.read(Array("no newline".utf8))
        #expect(last.text == "no newline")
        #expect(LastLine().text == nil)
        // Hugo, make: more lines come after the error.
        last.read(Array("\nError: no such page\nTotal in 17 ms\n5 errors\n".utf8))
        #expect(last.text == "Error: no such page")
        last.read(Array("a.c:1: fatal: no\nerror\n".utf8))
        #expect(last.text == "a.c:1: fatal: no")
    }
}
