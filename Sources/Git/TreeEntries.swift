internal import Foundation

/// The files of a commit, as `git ls-tree -r -z` prints them, in the order of their paths.
///
/// A large tree has 100,000 files, so the entries are read in place: in the output a zero byte ends each path, as system
/// calls need it.
public struct TreeEntries: Sendable {
    /// What a path is in the commit.
    enum Kind {
        case file
        case link
        case submodule
    }

    private let output: [UInt8]

    init(_ output: [UInt8]) {
        self.output = output
    }

    /// Whether there are submodules. Faster than `forEach`.
    public var hasSubmodules: Bool {
        output.withUnsafeBytes { bytes in
            guard var entry = bytes.baseAddress else { return false }
            var left = bytes.count
            while left > 1 {
                // Only the mode of a submodule begins with 16.
                if entry.load(fromByteOffset: 1, as: UInt8.self) == UInt8(ascii: "6") { return true }
                guard let end = memchr(entry, 0, left) else { return false }
                left -= UnsafeRawPointer(end) - entry + 1
                entry = UnsafeRawPointer(end) + 1
            }
            return false
        }
    }

    /// Returns whether there is a file or a link `name` in the root.
    func contains(_ name: String) -> Bool {
        let name = Array(name.utf8)
        var isFound = false
        forEach { kind, path in if kind != .submodule, path.elementsEqual(name) { isFound = true } }
        return isFound
    }

    /// Calls `body` with the kind and the path of each entry.
    func forEach(_ body: (Kind, _ path: UnsafeBufferPointer<UInt8>) throws -> Void) rethrows {
        try forEachEntry { kind, _, path in try body(kind, path) }
    }

    /// Calls `body` with the kind, the name of the object and the path of each entry.
    func forEachEntry(
        _ body: (Kind, _ object: UnsafeBufferPointer<UInt8>, _ path: UnsafeBufferPointer<UInt8>) throws -> Void
    ) rethrows {
        try output.withUnsafeBufferPointer { bytes in
            var position = 0
            while position < bytes.count {
                // 100644 blob OBJECT\tPATH\0
                guard let tab = bytes[position...].firstIndex(of: UInt8(ascii: "\t")),
                    let end = bytes[tab...].firstIndex(of: 0)
                else { return }
                let kind: Kind =
                    switch (bytes[position], bytes[position + 1]) {
                    case (UInt8(ascii: "1"), UInt8(ascii: "2")): .link
                    case (UInt8(ascii: "1"), UInt8(ascii: "6")): .submodule
                    default: .file
                    }
                let space = bytes[..<tab].lastIndex(of: UInt8(ascii: " ")) ?? position
                try body(
                    kind, UnsafeBufferPointer(rebasing: bytes[(space + 1)..<tab]),
                    UnsafeBufferPointer(rebasing: bytes[(tab + 1)..<end]))
                position = end + 1
            }
        }
    }
}
