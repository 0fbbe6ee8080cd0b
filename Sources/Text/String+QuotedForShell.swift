extension String {
    /// The text as one word of a POSIX shell command, to be pasted by a person.
    ///
    /// Text without special characters stays unchanged. Other text is put between single quotes.
    public var quotedForShell: String {
        let isPlain = !isEmpty && utf8.allSatisfy(Self.isPlainInShell)
        return isPlain ? self : "'\(replacing("'", with: #"'\''"#))'"
    }

    private static func isPlainInShell(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "="),
            UInt8(ascii: "@"), UInt8(ascii: "%"), 0x80...:
            true
        default: false
        }
    }
}
