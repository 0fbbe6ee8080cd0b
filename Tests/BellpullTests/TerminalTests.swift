import Foundation
import Testing

@testable import bellpull

@Suite struct `a terminal` {
    private func terminal(columns: UInt16 = 80, _ environment: [String: String] = [:]) throws -> Terminal {
        try PseudoTerminal(columns: columns).properties(environment)
    }

    @Test func `has colours and a width`() throws {
        let terminal = try terminal(columns: 132, ["TERM": "xterm"])
        #expect(terminal.hasColor)
        #expect(terminal.width == 132)
    }

    @Test func `has no width if it does not know its own`() throws { #expect(try terminal(columns: 0).width == nil) }

    @Test(arguments: ["1", "0", "yes"])
    func `has no colours if NO_COLOR is set`(value: String) throws {
        let terminal = try terminal(["NO_COLOR": value])
        #expect(!terminal.hasColor)
        #expect(terminal.width == 80)
    }

    @Test func `has colours if NO_COLOR is empty`() throws { #expect(try terminal(["NO_COLOR": ""]).hasColor) }

    @Test func `has no colours if it is dumb`() throws { #expect(try !terminal(["TERM": "dumb"]).hasColor) }

    @Test func `is no pipe and no closed descriptor`() {
        let pipe = Pipe()
        for descriptor in [pipe.fileHandleForWriting.fileDescriptor, -1] {
            let terminal = Terminal(descriptor: descriptor, environment: ["TERM": "xterm"])
            #expect(!terminal.hasColor)
            #expect(terminal.width == nil)
        }
    }

    @Test func `styles text where it has colours, and nothing else`() throws {
        let color = try terminal()
        #expect(color.styled("a", .red) == "\u{1b}[31ma\u{1b}[0m")
        #expect(color.styled("a", nil) == "a")
        #expect(color.styled("", .red) == "")
        #expect(try terminal(["TERM": "dumb"]).styled("a", .red) == "a")
    }
}
