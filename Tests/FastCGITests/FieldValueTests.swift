import Testing

@testable import FastCGI

@Suite struct `field values` {
    @Test func `printable ASCII stays as it is`() {
        #expect(FieldValue(escaping: "abc-1").description == "abc-1")
    }
}
