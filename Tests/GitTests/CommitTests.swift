import Git
import Testing

@Suite struct `commit` {
    private let sha1 = "0123456789abcdef0123456789abcdef01234567"

    @Test func `is 40 or 64 lower-case hexadecimal digits`() {
        #expect(Commit(sha1)?.description == sha1)
        let sha256 = String(repeating: "a9", count: 32)
        #expect(Commit(sha256)?.description == sha256)
    }

    @Test(arguments: [
        "", "0123456", "0123456789abcdef0123456789abcdef0123456", "0123456789abcdef0123456789abcdef012345678",
        "0123456789ABCDEF0123456789ABCDEF01234567", "0123456789abcdefg123456789abcdef01234567",
        " 123456789abcdef0123456789abcdef01234567", "0123456789abcdef0123456789abcdef0123456\n",
        "-123456789abcdef0123456789abcdef01234567", "٠١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨٩", "HEAD",
    ])
    func `is nothing else`(_ text: String) {
        #expect(Commit(text) == nil)
    }

    @Test(arguments: [40, 64]) func `is never all zeros, which is git's word for none`(_ count: Int) {
        #expect(Commit(String(repeating: "0", count: count)) == nil)
        #expect(Commit(String(repeating: "0", count: count - 1) + "1") != nil)
    }

    @Test func `is short for people`() {
        #expect(Commit(sha1)?.short == "012345")
    }
}
