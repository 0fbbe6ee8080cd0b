internal import Git

extension RepositoryName {
    /// The repository `text` as a person wrote it: names as the forges allow them. A URL is none, though it may look as if
    /// it were.
    init?(configured text: String) {
        let components = text.utf8.split(separator: UInt8(ascii: "/"))
        guard text.utf8.allSatisfy(Self.isAllowed), !text.hasSuffix(".git"),
            !components.contains(where: { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) })
        else { return nil }
        self.init(text)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "~"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
