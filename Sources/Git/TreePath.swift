internal import Foundation

/// The path of a file in a work tree, as git writes it: bytes that need not be UTF-8, with `/` between the components.
public struct TreePath: Hashable, Sendable, CustomStringConvertible {
    let bytes: [UInt8]

    /// The path as text. Bytes that are not UTF-8 become U+FFFD.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The name without the folders.
    var name: ArraySlice<UInt8> { bytes[((bytes.lastIndex(of: Self.slash) ?? -1) + 1)...] }

    /// The folders above the path, from the top: `a` and `a/b` for `a/b/c`.
    var folders: [TreePath] {
        bytes.indices.filter { bytes[$0] == Self.slash }.map { TreePath(bytes[..<$0]) }
    }

    /// Returns the path of `name` in the folder of this path.
    func appending(_ name: [UInt8]) -> TreePath { TreePath(bytes + [Self.slash] + name) }

    /// Returns the absolute path below `root`, for system calls.
    func absolute(in root: String) -> [CChar] {
        (Array(root.utf8) + [Self.slash] + bytes + [0]).map { CChar(bitPattern: $0) }
    }

    private static let slash = UInt8(ascii: "/")
}
