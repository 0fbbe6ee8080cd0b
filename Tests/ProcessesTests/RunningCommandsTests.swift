import Testing

@testable import Processes

@Suite struct `running commands` {
    @Test func `are told apart from later processes with the same number`() throws {
        let current = try #require(ProcessIdentity.current)
        #expect(ProcessIdentity(current.number) == current)
        #expect(ProcessIdentity(number: current.number, start: current.start + 1) != current)
        #expect(ProcessIdentity(Int32.max) == nil)
    }
}
